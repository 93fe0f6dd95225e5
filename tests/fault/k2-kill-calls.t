# Killed at any system call that changes a file, a run leaves every set of outputs old or new and its record whole.
. "$REPO/tests/fault/sets.sh"
unless asan "$0" # LeakSanitizer cannot work under ptrace
template
# The calls of one undisturbed run, by number: a few of the many writes of SQLite's journal, all others.
fresh
"$meddle" -s ../status -n +1 -a look mlflow-c run -q -j 2 --params make.k=2 2>/dev/null
cd ..
total=$(sed -n 's/^calls //p' status)
[ "${total:-0}" -gt 200 ] || echo "only $total calls were counted"
every=1
[ -n "$FULL" ] || every=40
kills=0
for n in $(seq 1 $every $total) $(grep ^hit status | grep -n -v 'pwrite64 .*mlflow.db\|fdatasync .*mlflow.db\|fchown' |
	cut -d : -f 1 | awk -v full="$FULL" 'full || NR % 2 == 0'); do
	fresh
	"$meddle" -s ../hit -n $n -a kill mlflow-c run -q -j 2 --params make.k=2 2>/dev/null
	where="killed before call $n ($(sed -n 's/^hit //p' ../hit | head -n 1))"
	whole "$where"
	[ $((kills % 8)) != 0 ] || mends "$where"
	kills=$((kills + 1))
	cd ..
done
tally K2 'the runner is killed before the n-th system call that changes a file, of any of its processes' "$kills of about $total calls" \
	'each set of outputs old or new, none mixed, no run left running, registry whole, the next run works' '0 violations'
echo "killed at each call that was tried; nothing was lost"
