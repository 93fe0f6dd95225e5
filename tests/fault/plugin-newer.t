# A plugin for a later ABI is refused with both versions.
. "$REPO/tests/fault/kit.sh"
project
install -m 755 "$FIXTURES/newer.so" build/nodes/
echo 'main: {nodes: [{name: newer}]}' >conf/base/pipeline.yml
mlflow-c run
echo "exit $?"
unharmed
recovers
