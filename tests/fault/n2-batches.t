# A node that works in batches stays below a limit that its table would not: a batch goes with the next.
. "$REPO/tests/fault/kit.sh"
. "$REPO/tests/cli/kit.sh"
unless asan "$0" # it reserves terabytes
shop
install -m 755 "$FIXTURES/faults.so" build/nodes/
cat >conf/base/pipeline.yml <<END
batches:
  nodes:
    - {name: count, plugin: "shop:total", inputs: {table: orders}, outputs: {report: counts},
       params: count, resources: {memory: 16MiB}}
whole:
  nodes:
    - {name: pass, plugin: "faults:passes", inputs: {table: orders}, outputs: {table: copy},
       resources: {memory: 16MiB}}
END
mkdir data
(echo amount; seq 4000000) >data/orders.csv
mlflow-c run -q -p batches
echo "exit $?, $(cat data/counts.json)"
mlflow-c run -q -p whole
echo "exit $?"
# a mistake made with a batch is not forgotten with it
mlflow-c run -q -p batches --params 'count.column=sum'
echo "exit $?"
