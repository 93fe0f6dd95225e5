# A recovery that is killed, or whose calls fail, is done by the next command: nothing is mixed, nothing old comes back.
. "$REPO/tests/fault/sets.sh"
unless asan "$0" # LeakSanitizer cannot work under ptrace
template

# Makes the folder dead/: a run that was killed before its call $1 on a path like $2, the last of those.
die_at()
{
	fresh
	"$meddle" -s ../status -n +1 -a look mlflow-c run -q -j 2 --params make.k=2 2>/dev/null
	n=$(grep ^hit ../status | grep -n "^hit main $1 .*$2" | tail -n 1 | cut -d : -f 1)
	cd .. && fresh
	"$meddle" -n "${n:-0}" -a kill mlflow-c run -q -j 2 --params make.k=2 2>/dev/null
	cd ..
	rm -rf dead && mv work dead
	[ "$(sqlite3 dead/runs/mlflow.db "SELECT count(*) > 0 FROM mlc_intents WHERE state = 'open'")" = 1 ] ||
		echo "$1: nothing was open when it died"
}

# What the next command does to dead/, while its call $n of the kinds $1 meets $2.
recover()
{
	rm -rf work && cp -r dead work && cd work || exit
	timeout 60 "$meddle" -s ../hit -c "$1" -n $n -a $2 mlflow-c runs tag last seen=1 -q >../told 2>../first
	code=$?
	where="$state, $2 at call $n ($(sed -n "s|$PWD/||; s/^hit //p" ../hit | head -n 1))"
	tried=$((tried + 1))
	left=$(sqlite3 runs/mlflow.db "SELECT count(*) FROM mlc_runs WHERE status = 'running'" 2>&1)
	[ $code != 0 ] || [ "$left" = 0 ] || echo "$where: exit 0, and the dead run is left running: $left"
	[ $code = 0 ] || [ -s ../first ] || [ $2 = kill ] || echo "$where: exit $code without a word"
	whole "$where"
	case $sets in nnn | nno) ;; *) [ "$state" = early ] || echo "$where: what was done is undone: $sets" ;; esac
	[ $((tried % 16)) != 0 ] || mends "$where"
	cd ..
}

sweep()
{
	n=0
	recover "$1" look
	total=$(sed -n 's/^calls //p' hit)
	[ "${total:-0}" -gt 2 ] || echo "$state: only ${total:-no} calls of $1"
	for n in $(seq 1 ${3:-1} $total); do recover "$1" $2; done
}

tried=0
# between the exchange of a folder and the removal of the old one; and before the first rename
for at in unlinkat:left renameat:early; do
	state=${at#*:}
	die_at ${at%:*} 'data/'
	step=
	[ -n "$FULL" ] || step=3
	sweep changes kill $step
	sweep openat,openat2,newfstatat,getdents64,read,pread64 EIO $step
	sweep newfstatat EIO # whether something is there decides what is exchanged
done
tally K4 'a recovery is killed at the n-th call that changes a file, or its n-th reading call fails' "$tried recoveries" \
	'no run is called running, what was put in place stays, each set old or new, and the next command finishes it' '0 violations'
echo 'every recovery was finished by the next command'
