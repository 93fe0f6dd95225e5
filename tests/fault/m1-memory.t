# Whichever allocation fails, a command ends with a word about it and crashes nowhere; a run leaves old data or new.
. "$REPO/tests/fault/sets.sh"
unless asan "$0" # which brings an allocator of its own
famine=$(dirname "$MLFLOW_C")/tests/famine.so
template
export LOGNAME=somebody # glibc crashes by itself if memory is short while it looks for the name of a user
# The command $2 with each $1-th allocation failing, or each of them if FULL is set.
starve()
{
	label=$2
	fresh
	env LD_PRELOAD="$famine" FAMINE_COUNT=../count mlflow-c $2 >../full 2>/dev/null
	total=$(cat ../count)
	[ "${total:-0}" -gt 50 ] || echo "$label: only ${total:-no} allocations"
	every=$1
	[ -z "$FULL" ] || every=$3
	for n in $(seq 1 $every $total); do
		[ "$label" = validate ] || { cd .. && fresh; }
		env LD_PRELOAD="$famine" FAMINE=$n timeout 30 mlflow-c $2 >../said 2>../first
		code=$?
		tried=$((tried + 1))
		if [ $code = 0 ]; then
			survived=$((survived + 1))
			cmp -s ../said ../full || echo "$label: allocation $n: exit 0, and other words"
			case $label in "run "*) whole "$label, allocation $n"; [ "$sets" = nnn ] || echo "$label: allocation $n: exit 0, but $sets" ;; esac
		elif [ $code -ge 124 ]; then
			echo "$label: allocation $n of $total: exit $code: $(head -n 1 ../first)"
		else
			[ -s ../first ] || echo "$label: allocation $n: exit $code without a word"
			case $label in "run "*) whole "$label, allocation $n" ;; esac
		fi
	done
	cd ..
}
tried=0 survived=0
starve 29 validate 1
starve 41 'runs list --plain' 1
starve 173 'run -q -j 2 --params make.k=2' 1
tally M1 'the n-th allocation fails, in validate, runs list and run' "$tried allocations" \
	'a message and exit code, no crash; exit 0 only with the same answer; old data or new' \
	"0 violations; $survived were survived"
echo 'no allocation that fails brings more than a message'
