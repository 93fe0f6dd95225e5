# -p runs another pipeline, which reads the csv back as it was written.
. "$REPO/tests/cli/kit.sh"
shop
mlflow-c run -p shop -q -j 1
mlflow-c run -j 1 -p audit
echo "exit $?"
show data/counts.json
mlflow-c run -p adit
echo "exit $?"
mlflow-c run --pipeline=nothing_like_it
echo "exit $?"
