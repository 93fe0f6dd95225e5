# Whatever a disk kept when the power failed, the next command finds every set of outputs old or new, and the run goes on.
. "$REPO/tests/fault/sets.sh"
unless asan "$0" # LeakSanitizer cannot work under ptrace
template
blackout=$(dirname "$MLFLOW_C")/tests/blackout
tried=0 all=0

# Before the first run there is no output, though perhaps a folder for it.
are()
{
	if [ "$from $2" = 'first old' ]; then
		[ -z "$(find data/$1 ! -type d 2>/dev/null)" ]
	else
		diff -r "data/$1" "../$2/$1" >/dev/null 2>&1
	fi
}

# The first run is not on record yet, and made nothing.
unborn()
{
	[ $from = first ] && mlflow-c runs list -q --plain >../listed 2>&1 && [ ! -s ../listed ] && are a old && are b old && are c old
}

# Also who reads the files directly, before any command mends them, finds each dataset old or new.
visible()
{
	for set in a/table.csv a/parts a/doc/doc.json b/table.csv b/parts b/doc/doc.json c/table.csv c/doc.json; do
		[ $from = first ] && [ ! -e data/$set ] || diff -r data/$set ../old/$set >/dev/null 2>&1 ||
			diff -r data/$set ../new/$set >/dev/null 2>&1 || echo "$1: data/$set is half written"
	done
}

# Makes the state `$2 $3 $4` of the folder $1 and its log, and checks it.
try()
{
	rm -rf work
	"$blackout" $1.log $1 work $2 $3 $4 || exit
	cd work || exit
	where="$1, power lost after call $2, $3 $4 ($5)"
	visible "$where"
	unborn || whole "$where"
	# who was told that it had ended well can rely on it
	[ $2 != $points ] || [ -z "$ends" ] || [ "$sets $states" = "$ends" ] || echo "$where: it had ended, and now $sets $states"
	[ $((tried % 8)) != 0 ] || mends "$where"
	tried=$((tried + 1))
	cd ..
}

# Logs the command $3... in the folder $1, and tries the states that a loss of power may leave then; but for FULL
# about $2 of them.
sweep()
{
	rm -rf work
	cp -r $1 work
	from=$1 some=$2
	shift 2
	(cd work && "$meddle" -o ../$from.log "$@" >/dev/null) || echo "$from: $1 ends with $?"
	"$blackout" $from.log $from >$from.states || echo "$from: the log cannot be read"
	points=$(sed -n '$s/ .*//p' $from.states)
	each=1
	[ -n "$FULL" ] || each=$(($(wc -l <$from.states) / some + 1))
	awk -v each=$each 'NR % each == 0 || each > 1 && /^'$points' [ns]| but [0-9]* rename.* data/' $from.states >chosen
	all=$((all + $(wc -l <$from.states)))
	while read -r point how k call; do
		try $from $point $how $k "$call"
	done <chosen
}

ends='nnn ok ok '
sweep base 80 mlflow-c run -q -j 2 --params make.k=2
# the first run of a project, which makes the registry and all folders
mkdir first
cp -r base/conf base/build first
ends='nnn ok '
sweep first 60 mlflow-c run -q -j 2 --params make.k=2
# and what follows on a loss of power in the middle of publishing: it is lost once more
point=$(grep -n '^[0-9]* all 0 renameat .*/c/' base.states | head -n 1 | sed 's/^[0-9]*:\([0-9]*\) .*/\1/')
"$blackout" base.log base half $point all 0
ends=
sweep half 30 mlflow-c runs list -q
tally P2 'power fails: of what was not flushed, bytes, sizes and names are lost, kept, torn, in any order' "$tried of $all states, of two runs and a recovery" \
	'each set of outputs old or new, none mixed, no run left running, registry whole, the next run works; what had ended is there' '0 violations'
echo 'power was lost in every way that was tried; nothing else was'
