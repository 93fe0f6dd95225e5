# A table of many batches, read ahead and written behind by threads or not, gives the same rows, quarantine, counts and errors.
mkdir -p conf/base/contracts build/nodes data
install -m 755 "$NODES/ingest.so" build/nodes/
echo 'git: false' >conf/base/mlflow-c.yml
cat >conf/base/catalog.yml <<'END'
source: {type: csv, filepath: data/source.csv}
table: {type: csv, filepath: data/table.csv}
END
# a node with a limit gets no second batch; the tables of sanitizers do not fit into one
limit=", resources: {memory: 4GiB}"
grep -qE "__[at]san_init" "$MLFLOW_C" && limit=
pipeline() { echo "all: {nodes: [{name: ingest, inputs: {source: source}, outputs: {table: table}$1}]}" >conf/base/pipeline.yml; }
cat >conf/base/contracts/source.yml <<'END'
apiVersion: v3.1.0
kind: DataContract
id: source
version: 1.0.0
status: active
schema:
  - name: source
    properties:
      - {name: id, logicalType: integer, unique: true}
      - name: v
        logicalType: number
        logicalTypeOptions: {maximum: 99.5}
        customProperties: [{property: onFail, value: quarantine}]
END
cat >conf/base/contracts/table.yml <<'END'
apiVersion: v3.1.0
kind: DataContract
id: table
version: 1.0.0
status: active
schema:
  - name: table
    properties:
      - {name: id, logicalType: integer, logicalTypeOptions: {maximum: 390000}, unique: true}
      - name: v
        logicalType: number
        logicalTypeOptions: {maximum: 98.5}
        customProperties: [{property: onFail, value: quarantine}]
END
rows() { awk -v n="$1" 'BEGIN { print "id,v"; for (i = 1; i <= n; i++) print i "," i % 1000 / 10 ".5" }' | sed 's/\.\([0-9]\)\.5$/.\15/; s/,\([0-9]*\)\.5$/,\1.5/' >data/source.csv; }
look()
{
	mlflow-c run -q 2>&1 | sed 's/^warning.*/warned/'
	mlflow-c runs show last --json | jq -c '.data | [.status, (.datasets[] | .dataset as $name | [.dataset, .rows, (.hash | if $name | endswith("__quarantine") then "names the run" else . end)])]'
}
for n in 390000 131072 65536; do
	rows $n
	pipeline
	look >ahead
	pipeline "$limit"
	look >behind
	cut -c 1-60 ahead
	cmp ahead behind && echo "$n: the same"
done
echo '== an error in the fifth batch has its line; rows before it were good'
rows 400000
sed -i '300002s/.*/300001,many/' data/source.csv
pipeline
mlflow-c run -q 2>&1 | head -4
ls -A data
echo '== a contract that a late batch breaks'
rows 390000
sed -i '390000s/.*/1,1.5/' data/source.csv
mlflow-c run -q 2>&1 | grep -A 1 '^error'
ls -A data
echo '== and one of what is written'
rows 400000
mlflow-c run -q 2>&1 | grep -A 1 '^error'
ls -A data
echo '== a value of a late batch that the file cannot hold'
rows 390000
rm -r data/table.csv data/quarantine
sed -i 's|^table:.*|table: {type: csv, filepath: data/table.csv, load_args: {na_values: ["350000"]}}|' conf/base/catalog.yml
mlflow-c run -q 2>&1 | grep -A 1 '^error'
ls -A data
