# Killed at any moment, a run that writes to PostgreSQL leaves the old table or the new one, and no row twice.
. "$REPO/tests/fault/kit.sh"
. "$REPO/tests/cli/kit.sh"
. "$REPO/tests/cli/pg.sh"
. "$REPO/tests/fault/sets.sh"
shop
sed -i 's|^orders: .*|orders: {type: postgres, credentials: warehouse, table: orders, save_args: {mode: append}}|' conf/base/catalog.yml
pg_start
pg_database
pg_credentials "$pg_con"
echo 'git: false' >>conf/base/mlflow-c.yml
kills=10
[ -z "$FULL" ] || kills=100
write() { mlflow-c run -q -j 1 -n orders --params orders.rows=4 2>>"$TMPDIR/said"; }
began=$(date +%s%3N)
write
span=$(($(date +%s%3N) - began))
killed=0 n=0 rows=4
while [ $killed -lt $kills ] && [ $n -lt $((kills * 8)) ]; do
	n=$((n + 1))
	mlflow-c run -q -j 1 -n orders --params orders.rows=4 2>>"$TMPDIR/said" &
	run=$!
	moment $n $span
	# the first run took longest: where one has ended before, the next are killed earlier
	if kill -KILL $run 2>/dev/null; then killed=$((killed + 1)); else span=$((span * 4 / 5 + 1)); fi
	wait $run 2>/dev/null
	states=$(mlflow-c runs list -q --plain 2>"$TMPDIR/listed" | cut -f 2 | sort -u | tr '\n' ' ')
	case $states in '' | *running*) echo "round $n: runs list says: $states $(head -n 1 "$TMPDIR/listed")" ;; esac
	now=$(sql -c 'SELECT count(*) FROM orders')
	[ "$now" = $rows ] || [ "$now" = $((rows + 4)) ] || echo "round $n: $rows rows became $now"
	rows=$now
	[ "$(sql -c 'SELECT count(DISTINCT n) FROM (SELECT count(*) AS n FROM orders GROUP BY id) x')" = 1 ] ||
		echo "round $n: some rows are there more often than others"
	[ "$(sqlite3 runs/mlflow.db "PRAGMA integrity_check; SELECT count(*) FROM mlc_intents WHERE state = 'open'" | tr '\n' ' ')" = 'ok 0 ' ] ||
		echo "round $n: the registry is damaged, or an intent is left open"
	[ -z "$(find runs/.stage -type f 2>/dev/null)" ] || echo "round $n: a stage is left"
done
[ $killed = $kills ] || echo "only $killed of $n runs were still there to be killed"
tally K1-postgres 'kill -9 of the runner at a random moment, appending to a table in PostgreSQL' "$killed kills" \
	'all rows of a run or none, no run left running, no intent open, registry whole' '0 violations'
echo "killed and killed; no row was lost, none came twice"
