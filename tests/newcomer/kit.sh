# SPDX-License-Identifier: Apache-2.0
# Read by the scripts of this folder: steps with their times, and what one who follows messages does. A step that does not end as it should ends everything, with what it printed.
set -u
kit=$PWD
began=$(date +%s%N)
[ ! -d /newcomer ] || printf 'APT::Get::Assume-Yes "true";\n' >/etc/apt/apt.conf.d/assume-yes
git_quiet='git -c advice.detachedHead=false -c init.defaultBranch=main -c user.name=newcomer -c user.email=newcomer@example.org'

seconds() { awk -v from="$1" -v to="$(date +%s%N)" 'BEGIN { printf "%7.2f s", (to - from) / 1e9 }'; }
row() { printf '%s  %s\n' "$(seconds "$1")" "$2"; }

wrong()
{
	echo "not ok: $1"
	# of a suite, what failed and why
	awk '!/^#/ { failed = /^not ok/ } failed' "$kit/log" | head -n 100
	sed 's/^/  | /' "$kit/log" | tail -n "${LINES_SHOWN:-60}"
	exit 1
}

# step STATUS TITLE COMMAND...: what it printed is in $kit/log afterwards, stderr alone in $kit/err.
step()
{
	want=$1 title=$2
	shift 2
	from=$(date +%s%N)
	"$@" >"$kit/out" 2>"$kit/err" </dev/null
	got=$?
	cat "$kit/out" "$kit/err" >"$kit/log"
	[ "$got" -eq "$want" ] || wrong "$title: it ended with $got instead of $want"
	row "$from" "$title"
}

# shows PATTERN: the last step printed a line that the pattern, of grep -E, describes.
shows() { grep -qE -e "$1" "$kit/log" || wrong "$title: nothing in it is like: $1"; }

# What stands behind a title (help, fix, next) in the last step, up to the first line that is no command.
said() { sed -n "s/^ *$1: //p" "$kit/log" | head -n 1; }

# Does what the message of the last step proposes: what the carets under FILE:LINE:COL mark becomes the
# word that its help puts between backticks. A message that says less leaves nothing to do.
follow()
{
	at=$(sed -n 's/^ *--> //p' "$kit/log" | head -n 1)
	width=$(sed -n 's/^ *| *\(\^\^*\).*/\1/p' "$kit/log" | head -n 1 | tr -d '\n' | wc -c)
	better=$(sed -n 's/^ *help: .*`\([^`]*\)`?*$/\1/p' "$kit/log" | head -n 1)
	file=${at%%:*} place=${at#*:}
	[ -f "$file" ] && [ "$width" -gt 0 ] && [ -n "$better" ] ||
		wrong "$title: no way out to follow: place '$at', $width carets, proposal '$better'"
	awk -v line="${place%%:*}" -v col="${place#*:}" -v width="$width" -v better="$better" '
		NR == line { $0 = substr($0, 1, col - 1) better substr($0, col + width) }
		{ print }' "$file" >"$kit/mended" && cat "$kit/mended" >"$file"
}

# mistake TITLE FILE SED: spoils a file, is refused with exit code 3, follows the message until there is
# none, and must have come back to what was there.
mistake()
{
	was=$1
	cp "$2" "$kit/kept"
	sed -i "$3" "$2"
	cmp -s "$2" "$kit/kept" && wrong "$was: nothing was spoilt"
	step 3 "$was: refused" "$M" run
	tries=0
	while follow && tries=$((tries + 1)) && ! "$M" run >"$kit/log" 2>&1; do
		[ $tries -lt 5 ] || wrong "$was: five times what it proposed, and it is still not well"
	done
	cmp "$2" "$kit/kept" >"$kit/log" 2>&1 || wrong "$was: it runs, but is not what it was"
	row "$from" "$was: message followed ($tries), and it runs again"
}
