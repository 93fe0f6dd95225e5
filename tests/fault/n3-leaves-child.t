# A process that a node leaves behind is killed, and the node's log says so.
. "$REPO/tests/fault/kit.sh"
project
pipeline leaves_child >conf/base/pipeline.yml
mlflow-c run -j 1 --name first
echo "exit $?"
cat runs/default/first/logs/bad.log
