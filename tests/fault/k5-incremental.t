# Whenever a run is killed, no partition of an incremental dataset is lost and none is added twice.
. "$REPO/tests/fault/kit.sh"
mkdir -p conf/base build/nodes data/orders
install -m 755 "$FIXTURES/stream.so" build/nodes/
cat >conf/base/pipeline.yml <<'END'
all:
  nodes:
    - {name: ingest, plugin: "stream:ingest", inputs: {table: orders}, outputs: {table: all}, confirms: orders}
END
cat >conf/base/catalog.yml <<'END'
orders: {type: partitions, filepath: data/orders, filename_suffix: .csv, incremental: true, dataset: {type: csv}}
all: {type: sqlite, filepath: data/all.db, table: orders, save_args: {mode: append}}
END
printf 'git: false\n' >conf/base/mlflow-c.yml
# a first run, undisturbed, says how long they take; the kills are spread over a little more than that
printf 'day,id\n0,0\n' >data/orders/000.csv
began=$(date +%s%3N)
mlflow-c run -q
span=$((($(date +%s%3N) - began) * 3 / 2))
moved=0
for n in $(seq 45); do
	{
		echo "day,id"
		seq 1 2000 | sed "s/^/$n,/"
	} >data/orders/$(printf %03d $n).csv
	mlflow-c run -q 2>/dev/null &
	before=$(cat data/orders.checkpoint)
	moment $n $span
	kill -KILL $! 2>/dev/null
	wait 2>/dev/null
	mlflow-c runs list -q >/dev/null 2>&1 # what was left open is rolled forward
	[ "$before" = "$(cat data/orders.checkpoint)" ] || moved=$((moved + 1))
done
[ $moved -gt 3 ] && [ $moved -lt 45 ] && echo "some runs had taken their partitions, some had not"
mlflow-c run -q
echo "exit $?"
sqlite3 data/all.db "SELECT count(*), count(DISTINCT day || '/' || id), count(DISTINCT day) FROM orders"
cat data/orders.checkpoint
find data -name '.*' -mindepth 1
