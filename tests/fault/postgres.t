# A server that refuses, is away or dies in the middle, and a run that is killed: the table is old or new, and no password is shown or kept.
. "$REPO/tests/fault/kit.sh"
. "$REPO/tests/cli/kit.sh"
. "$REPO/tests/cli/pg.sh"
unless asan "$0" # LeakSanitizer cannot work under strace
said() { "$@" 2>&1 | tee -a "$TMPDIR/said" | grep -v '^ *|\|^──\|Killed$\|^strace:' | masked; }
table() { sql -c "SELECT count(*), sum(id) FROM orders"; }
intents() { sqlite3 runs/mlflow.db "SELECT state, count(*) FROM mlc_intents WHERE stage LIKE 'runs/%' GROUP BY state"; }
staged() { echo "staged: $(find runs/.stage -type f | wc -l)"; }
write() { mlflow-c run -q -j 1 -n orders --params "orders.rows=$1"; }
shop
sed -i 's|^orders: .*|orders: {type: postgres, credentials: warehouse, table: orders}|' conf/base/catalog.yml
pg_start
pg_database
pg_credentials "$pg_con"
write 6
table
echo "== a wrong password, none, and strings that are none"
pg_credentials "postgresql://shop:wrong-$pg_password@/shop?host=$PG"
said write 2
said mlflow-c run -q -p audit
pg_credentials "postgresql://shop@/shop?host=$PG"
said mlflow-c run -q -p audit
pg_credentials "postgresql://shop:%zz$pg_password@/shop?host=$PG"
said mlflow-c validate
pg_credentials "host=$PG password=$pg_password what"
said mlflow-c validate --json
pg_credentials "host=$PG password='$pg_password"
said mlflow-c validate
sed -i 's|credentials: warehouse|credentials: {con: "'"$pg_con"'"}|' conf/base/catalog.yml
said mlflow-c config show | grep con:
said write 6
sed -i 's|credentials: {[^}]*}|credentials: warehouse|' conf/base/catalog.yml
pg_credentials "$pg_con"
echo "== the server is away"
pg_stop
said write 2
said mlflow-c run -q -p audit
staged
pg_start
table
# The trigger counts rows, also those that are rolled back: the first four are the rehearsal's.
sql -c 'CREATE SEQUENCE tried' -c 'CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
	IF nextval($s$tried$s$) > (SELECT at FROM slowly) THEN PERFORM pg_sleep(2); END IF; RETURN NEW; END $$' \
	-c 'CREATE TABLE slowly AS SELECT 0 AS at' \
	-c 'CREATE TRIGGER slow BEFORE INSERT ON orders FOR EACH ROW EXECUTE FUNCTION slow()'
# Appends four rows; returns when the row after the first $1 ones is being written. Sets $run.
write_slowly()
{
	sql -c "SELECT setval('tried', 1, false)" -c "UPDATE slowly SET at = $1" >/dev/null
	mlflow-c run -q -j 1 -n orders --params orders.rows=4 >"$TMPDIR/out" 2>&1 &
	run=$!
	until [ "$(sql -c "SELECT 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep'")" ] || ! kill -0 $run; do
		sleep 0.02
	done
}
ended() { wait $run; echo "exit $?"; said cat "$TMPDIR/out"; }
sed -i 's|table: orders}|table: orders, save_args: {mode: append}}|' conf/base/catalog.yml
echo "== the server dies during the rehearsal: the node fails"
write_slowly 1
pg_stop immediate
ended
pg_start
table
staged
echo "== the server dies during the commit: what was promised is done by the next command"
write_slowly 5
pg_stop immediate
ended
intents
staged
pg_start
table
sql -c 'UPDATE slowly SET at = 1000'
said mlflow-c runs list -q --plain | cut -f 2
table
intents
staged
echo "== the process that commits is killed: the server gives its work up, so the node fails"
write_slowly 7
kill -9 "$(grep -slx "PPid:.$run" /proc/[0-9]*/status | tr -dc '0-9\n' | sort -n | tail -n 1)"
ended
table
sql -c 'UPDATE slowly SET at = 1000'
said mlflow-c runs list -q --plain | cut -f 2
table
intents
staged
sql -c 'DROP FUNCTION slow CASCADE'
sed -i 's|, save_args: {mode: append}||' conf/base/catalog.yml
echo "== the runner is killed before the commit; the server is away; both come back"
said strace -o "$TMPDIR/trace" -e inject=clone:signal=KILL:when=2 mlflow-c run -q -j 1 -n orders --params orders.rows=4
table
intents
staged
pg_stop
said mlflow-c runs list -q --plain | cut -f 2
said mlflow-c run -q -p audit | sed 's/of run [a-z-]*/of run NAME/; s/rm -r .*/rm -r STAGE/'
pg_start
echo "by now the catalog names another table:"
sed -i 's|table: orders}|table: others}|' conf/base/catalog.yml
said mlflow-c run -q -p audit | sed 's/of run [a-z-]*/of run NAME/; s/rm -r .*/rm -r STAGE/'
sed -i 's|table: others}|table: orders}|' conf/base/catalog.yml
table
said mlflow-c runs list -q --plain | cut -f 2
table
intents
staged
echo "== the runner is killed after the commit"
said strace -o "$TMPDIR/trace" -e inject=wait4:signal=KILL:when=1 mlflow-c run -q -j 1 -n orders --params orders.rows=3
mlflow-c runs list -q --plain >/dev/null
table
intents
staged
echo "== and the password is where it was written, and nowhere else"
grep -c -a "$pg_password" "$TMPDIR/said"
grep -r -l -a "$pg_password" .
