# A selection that cannot run is refused with the reason.
. "$REPO/tests/cli/kit.sh"
shop
mlflow-c run -p shop --nodes total
echo "exit $?"
mlflow-c run -p shop --nodes convrt
echo "exit $?"
mlflow-c run -p shop --to-nodes entirely_different
echo "exit $?"
mlflow-c run -p shop --nodes orders --tags money
echo "exit $?"
mlflow-c run -p shop --tags weekly
echo "exit $?"
mlflow-c run -p shop --nodes ,
echo "exit $?"
[ -e data ] || [ -e runs ] || echo "nothing was run"
