# --conf lays an environment over base: parameters merge, catalog entries are replaced.
. "$REPO/tests/cli/kit.sh"
shop
mlflow-c run -p shop -q -j 1 --conf test
wc -l <data/test/orders.csv
show data/total.json
MLFLOW_C_CONF=test mlflow-c run -p shop -q -j 1 -e base
wc -l <data/orders.csv
MLFLOW_C_CONF=test mlflow-c run -p shop -j 1 2>&1 | head -n 1
mlflow-c runs list -q --plain | cut -f 2,4
mlflow-c run -p shop --conf tets
echo "exit $?"
