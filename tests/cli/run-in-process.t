# Threads give the same files as workers, byte for byte.
. "$REPO/tests/cli/kit.sh"
shop
mlflow-c run -p shop -q -j 1
cp -r data workers
rm -r data
mlflow-c run -p shop -j 1 --in-process
echo "exit $?"
diff -r workers data && echo same
mlflow-c run -p shop -q -j 4 --in-process --params orders.rows=0
echo "exit $?"
