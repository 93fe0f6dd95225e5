# A plugin that is older than its source is refused with the command that builds it.
. "$REPO/tests/fault/kit.sh"
project
mkdir nodes
cp "$REPO/tests/nodes/faults.c" nodes/
pipeline good >conf/base/pipeline.yml
mlflow-c run -q -j 1
echo "as built: exit $?"
echo '/* changed */' >>nodes/faults.c
mlflow-c run
echo "exit $?"
