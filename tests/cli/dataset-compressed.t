# Tables whose files end in .gz or .zst are compressed; a file that was cut off is an error.
. "$REPO/tests/cli/kit.sh"
shop
for name in orders.csv.gz orders.csv.zst orders.jsonl.gz; do
	type=${name#*.}
	sed -i "s|orders: .*|orders: {type: ${type%.*}, filepath: data/$name}|" conf/base/catalog.yml
	mlflow-c run -q -p shop && mlflow-c run -q -p audit && cat data/counts.json && echo
done
echo "== others read it"
gzip -dc data/orders.csv.gz | head -n 3
gzip -dc data/orders.jsonl.gz | head -n 1
echo "== cut off"
head -c 100 data/orders.jsonl.gz >short && mv short data/orders.jsonl.gz
mlflow-c run -q -p audit
echo "exit $?"
echo "== options"
sed -i 's|orders: .*|orders: {type: csv, filepath: data/o.csv, compression: bzip2}|' conf/base/catalog.yml
mlflow-c validate
echo "exit $?"
sed -i 's|bzip2|gzip, compression_level: 12|' conf/base/catalog.yml
mlflow-c validate
echo "exit $?"
