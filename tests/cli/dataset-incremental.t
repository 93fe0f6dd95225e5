# Of an incremental dataset a run reads what has come since the last one that was confirmed, and neither loses nor repeats any.
. "$REPO/tests/cli/kit.sh"
shop
cat >conf/base/catalog.yml <<-END
	orders:
	  type: partitions
	  filepath: data/orders
	  filename_suffix: .csv
	  incremental: true
	  dataset: {type: csv, load_args: {dtype: {amount: float64}}}
	counts: {type: json, filepath: data/counts.json}
END
sed -i 's/params: count}/params: count, confirms: orders}/' conf/base/pipeline.yml
sed -i '/^shop/,/^audit/{/^audit/!d}' conf/base/pipeline.yml
mkdir -p data/orders
day() { printf 'id,amount\n%s,%s\n' "$1" "$2" >data/orders/2025-01-0$1.csv; }
run() {
	mlflow-c run -q -p audit
	echo "exit $? $(cat data/counts.json) up to $(cat data/orders.checkpoint)"
}
day 1 10
day 2 20
run
echo "== one more came; then none"
day 3 30
run
run
echo "== a node that fails confirms nothing"
day 4 40
mlflow-c run -q -p audit --params count.column=nope
echo "exit $?, up to $(cat data/orders.checkpoint)"
run
echo "== with --changed: none for the first time, none again, and one more"
mlflow-c run -q -p audit --changed --json | jq -c '[.data.nodes[] | [.name, .status]]'
mlflow-c run -q -p audit --changed --json | jq -c '[.data.nodes[] | [.name, .status]]'
day 5 50
mlflow-c run -q -p audit --changed --json | jq -c '[.data.nodes[] | [.name, .status]]'
cat data/counts.json; echo
echo "== another node confirms, after the reader"
cat >conf/base/pipeline.yml <<-END
	audit:
	  nodes:
	    - {name: count, plugin: "shop:total", inputs: {table: orders}, outputs: {report: counts}, params: count}
	    - {name: letter, plugin: "shop:letter", inputs: {report: counts}, outputs: {text: letter}, confirms: orders}
END
echo 'letter: {type: text, filepath: data/letter.txt}' >>conf/base/catalog.yml
day 6 60
run
mlflow-c runs show last --json | jq -c '.data.datasets[] | [.node, .dataset, .output, .rows]'
echo "== the first run of all, without any file"
rm -r data/orders data/orders.checkpoint
mkdir data/orders
mlflow-c run -q -p audit
echo "exit $?"
echo "== what has no checkpoint cannot be confirmed"
sed -i '/incremental/d' conf/base/catalog.yml
mlflow-c validate
echo "exit $?"
