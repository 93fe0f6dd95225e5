# --dry-run shows the plan in its order and touches nothing.
. "$REPO/tests/cli/kit.sh"
shop
mlflow-c run -p shop --dry-run
echo "exit $?"
mlflow-c run -p shop --dry-run --plain
mlflow-c run -p shop --dry-run --json | jq .
[ -e data ] || [ -e runs ] || echo "nothing was run"
