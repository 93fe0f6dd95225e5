# A plugin that crashes while it is loaded is an error with its place, and nothing else.
. "$REPO/tests/fault/kit.sh"
project
install -m 755 "$FIXTURES/dies_loading.so" build/nodes/
cat >conf/base/pipeline.yml <<END
main:
  nodes:
    - {name: first, plugin: "faults:good", outputs: {table: result}}
    - {name: bad, plugin: dies_loading}
END
mlflow-c run
echo "exit $?"
unharmed
mlflow-c node list | head -n 2
recovers
