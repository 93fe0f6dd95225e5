# Killed at any moment, with all its processes or alone, a run loses nothing, and the next command knows.
. "$REPO/tests/fault/sets.sh"
template 2000
kills=30
[ -z "$FULL" ] || kills=2000
# The moments are spread over what a run takes now, in an order that seems random.
fresh
began=$(date +%s%3N)
again
span=$(($(date +%s%3N) - began))
cd ..
killed=0 n=0
while [ $killed -lt $kills ] && [ $n -lt $((kills * 8)) ]; do
	n=$((n + 1))
	fresh
	mlflow-c run -q -j 2 --params make.k=2 2>/dev/null &
	run=$!
	moment $n $span
	# a run that is over by then says that they have become shorter
	if kill -KILL $run 2>/dev/null; then killed=$((killed + 1)); else span=$((span * 15 / 16 + 1)); fi
	wait $run 2>/dev/null
	whole "killed in round $n"
	[ $((n % 8)) != 0 ] || mends "killed in round $n"
	cd ..
done
[ $killed = $kills ] || echo "only $killed of $n runs were still there to be killed"
tally K1 'kill -9 of the runner at a random moment' "$killed kills" \
	'each set of outputs old or new, none mixed, no run left running, registry whole, the next run works' '0 violations'
echo "killed and killed; nothing was lost"
