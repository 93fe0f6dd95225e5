# A program reads and writes compressed datasets as they are; what it wrote is read back through the compression.
. "$REPO/tests/cli/kit.sh"
shop
cat >>conf/base/catalog.yml <<'YML'
packed: {type: csv, filepath: data/packed.csv.gz}
YML
cat >conf/base/pipeline.yml <<'YML'
__default__:
  nodes:
    - {name: orders, plugin: "shop:orders", outputs: {table: orders}, params: orders}
    - {name: pack, command: [sh, -c, 'gzip -nc <"$0" >"$1"', "{input:orders}", "{output:packed}"], inputs: orders, outputs: packed}
    - {name: total, plugin: "shop:total", inputs: packed, outputs: total, params: count}
YML
mlflow-c run -j 1
gzip -dc data/packed.csv.gz | cmp - data/orders.csv && cat data/total.json
sed -i 's/gzip -nc/cat/' conf/base/pipeline.yml
mlflow-c run -q -j 1
echo "exit $?"
gzip -dc data/packed.csv.gz | cmp - data/orders.csv && echo 'the old one'
