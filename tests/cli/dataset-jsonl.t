# Tables in files of one JSON object a line are written, read back, and refused with the place.
. "$REPO/tests/cli/kit.sh"
shop
sed -i 's|orders: .*|orders: {type: jsonl, filepath: data/orders.jsonl}|' conf/base/catalog.yml
mlflow-c run -q -p shop
head -n 2 data/orders.jsonl
echo "== read from the file, in a run of its own"
mlflow-c run -q -p audit
cat data/counts.json; echo
echo "== a line that is no object, and a value of another type"
sed -i '3s/}$//' data/orders.jsonl
mlflow-c run -q -p audit
echo "exit $?"
sed -i '3s/.*/{"amount": "many"}/' data/orders.jsonl
mlflow-c run -q -p audit
echo "exit $?"
echo "== options"
sed -i 's|orders: .*|orders: {type: jsonl, filepath: data/orders.jsonl, load_args: {nested: yes please}}|' conf/base/catalog.yml
mlflow-c validate
echo "exit $?"
sed -i 's|nested: yes please|nestd: text|' conf/base/catalog.yml
mlflow-c validate
echo "exit $?"
