# Tables in Arrow files and streams are written, read back with their types, and refused with the reason.
. "$REPO/tests/cli/kit.sh"
orders() { sed -i "s|^orders: .*|orders: {type: arrow, filepath: data/orders.arrow$1}|" conf/base/catalog.yml; }
shop
orders
mlflow-c run -q -p shop
head -c 6 data/orders.arrow; tail -c 6 data/orders.arrow; echo
mlflow-c catalog preview orders
echo "== read from the file, in a run of its own"
mlflow-c run -q -p audit
cat data/counts.json; echo
echo "== the same table is the same file"
cp data/orders.arrow before
mlflow-c run -q -p shop
cmp before data/orders.arrow && echo same
echo "== as a stream"
orders ', save_args: {format: stream}'
mlflow-c run -q -p shop
head -c 4 data/orders.arrow | od -An -tx1
mlflow-c run -q -p audit
cat data/counts.json; echo
echo "== no rows: the columns stay"
mlflow-c run -q -p shop --params orders.rows=0
mlflow-c catalog preview orders
echo "== cut off, and no Arrow file at all"
orders
mlflow-c run -q -p shop
cp data/orders.arrow whole
head -c 700 whole >data/orders.arrow
mlflow-c run -q -p audit
echo "exit $?"
echo 'id,amount' >data/orders.arrow
mlflow-c run -q -p audit
echo "exit $?"
echo "== a contract expects a float, which whole numbers are, and then a number where there is text"
cp whole data/orders.arrow
rm -r runs # so that nobody knows who wrote it
mkdir -p conf/base/contracts
cat >conf/base/contracts/orders.yml <<-END
apiVersion: v3.1.0
kind: DataContract
id: shop.orders
version: 1.0.0
status: active
schema:
  - name: orders
    properties:
      - {name: id, logicalType: number, physicalType: float64, required: true}
END
mlflow-c run -q -p audit
echo "exit $?"
sed -i 's/name: id, .*/name: who, logicalType: integer}/' conf/base/contracts/orders.yml
mlflow-c run -q -p audit
echo "exit $?"
rm -r conf/base/contracts
echo "== options, and Kedro's name"
orders ', save_args: {format: parquet}'
mlflow-c validate
echo "exit $?"
orders ', compression: gzip'
mlflow-c validate
echo "exit $?"
sed -i 's|type: arrow|type: pandas.FeatherDataset|' conf/base/catalog.yml
mlflow-c validate
echo "exit $?"
