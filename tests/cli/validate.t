# validate says what a run would use, and that it is in order.
. "$REPO/tests/cli/kit.sh"
shop
mlflow-c validate -p shop
echo "exit $?"
mlflow-c validate -p shop --json
mlflow-c validate -q -p audit
echo "exit $?"
mlflow-c validate --conf test -p nothing
echo "exit $?"
[ -e data ] || [ -e runs ] || echo "nothing was run"
