# Whenever a run is killed, no partition of an incremental dataset is lost and none is added twice.
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
n=0
for ms in $(seq 10 54); do
	n=$((n + 1))
	{
		echo "day,id"
		seq 1 2000 | sed "s/^/$n,/"
	} >data/orders/$(printf %03d $n).csv
	mlflow-c run -q 2>/dev/null &
	sleep 0.0$ms
	kill -KILL $! 2>/dev/null
	wait 2>/dev/null
	mlflow-c runs list -q >/dev/null 2>&1 # what was left open is rolled forward
done
mlflow-c run -q
echo "exit $?"
sqlite3 data/all.db "SELECT count(*), count(DISTINCT day || '/' || id), count(DISTINCT day) FROM orders"
cat data/orders.checkpoint
find data -name '.*' -mindepth 1
