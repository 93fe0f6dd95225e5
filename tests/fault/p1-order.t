# In a real run every byte is on the disk before it is renamed, every intent before that, every name before the record.
. "$REPO/tests/fault/sets.sh"
unless asan "$0" # LeakSanitizer cannot work under ptrace
template 2000
tried=0
for jobs in 1 2 2 2 2; do
	fresh
	"$meddle" -o ../log mlflow-c run -q -j $jobs --params make.k=2 || echo "exit $?"
	cd ..
	LC_ALL=C grep -aP '^(main|other)\t[a-z0-9]+\t-?\d+\t\d+\t' log | tr -d '\000' >calls
	awk -f "$REPO/tests/fault/order.awk" calls >found
	[ "$(cat found | tail -n 1 | cut -d ' ' -f 1)" = 8 ] || echo "8 renames were expected: $(tail -n 1 found)"
	sed '$d' found
	tried=$((tried + $(wc -l <calls)))
done
tally P1 'nothing: the calls of five real runs are read, in their order' "$tried calls" \
	'fsync of a stage, commit of the intent, rename, fsync of the folder, commit; and an exchange flushed before what it replaced is removed' '0 violations'
echo "the order is kept"
