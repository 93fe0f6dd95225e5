# A plugin that was built for an earlier minor version of the ABI works as it did.
mkdir -p conf/base build/nodes
umask 022
install -m 755 "$FIXTURES/older.so" build/nodes/
echo '__default__: {nodes: [{name: older}]}' >conf/base/pipeline.yml
mlflow-c run -j 1
cat runs/default/*/logs/older.log
mlflow-c run -q --in-process
mlflow-c node describe older | sed 's|sha256 .*|sha256 ...|' # which the build's folder is part of
