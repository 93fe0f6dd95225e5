# Nodes run layer by layer and by name, as in Kedro; with one job this is the order of the log.
. "$REPO/tests/cli/kit.sh"
shop
cat >conf/base/pipeline.yml <<END
all:
  nodes:
    - {name: z, plugin: "shop:orders", outputs: a}
    - {name: c, plugin: "shop:orders", outputs: b}
    - {name: y, plugin: "shop:convert", inputs: b, outputs: c, params: convert}
    - {name: b, plugin: "shop:convert", inputs: a, outputs: d, params: convert}
    - {name: a, plugin: "shop:total", inputs: c, outputs: {report: e}}
END
mlflow-c run --dry-run -q --plain | cut -f 1 | tr '\n' ' '
mlflow-c run -j 1
