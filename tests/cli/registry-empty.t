# An empty registry is an answer, not an error, and is not created by looking.
. "$REPO/tests/cli/kit.sh"
shop
mlflow-c registry list
echo "exit $?"
mlflow-c registry list --json
mlflow-c registry list -q
echo "exit $?"
mlflow-c runs list
echo "exit $?"
mlflow-c runs list --json
[ -e runs ] || echo "nothing was made"
