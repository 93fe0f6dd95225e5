# Children of children in sessions of their own are killed as well.
. "$REPO/tests/fault/kit.sh"
project
pipeline leaves_family >conf/base/pipeline.yml
mlflow-c run -j 1
echo "exit $?"
