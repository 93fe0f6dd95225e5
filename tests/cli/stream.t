# A table larger than the memory budget goes to later nodes by its file, batch by batch; a smaller one stays in memory.
mkdir -p conf/base build/nodes data
install -m 755 "$FIXTURES/stream.so" build/nodes/
cat >conf/base/pipeline.yml <<'END'
all:
  nodes:
    - {name: ingest, plugin: "stream:ingest", inputs: {table: source}, outputs: {table: raw}}
    - {name: clean, plugin: "stream:clean", inputs: {table: raw}, outputs: {table: cleaned}}
END
cat >conf/base/catalog.yml <<'END'
source: {type: csv, filepath: data/source.csv}
raw: {type: csv, filepath: data/raw.csv}
cleaned: {type: csv, filepath: data/cleaned.csv}
END
awk 'BEGIN { print "id,balance"; for (i = 1; i <= 100000; i++) print i "," (i % 3 ? i : -i) ".5" }' >data/source.csv
# bytes of a file that was read are on record; of memory there are none
taken() {
	mlflow-c run -q && mlflow-c runs show last --json | jq -c '.data.datasets[] | select(.node == "clean" and (.output | not)) | [.dataset, .rows, .bytes > 0]'
}
taken
echo 'memory: 64KiB' >conf/base/mlflow-c.yml
taken
wc -l <data/cleaned.csv
