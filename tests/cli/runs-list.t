# runs list shows runs newest first.
. "$REPO/tests/cli/kit.sh"
shop
mlflow-c run -p shop -q -j 1
mlflow-c run -p shop -q -j 1 --conf test --name the-second
mlflow-c run -p shop -q -j 1 --nodes total 2>/dev/null
echo "exit $?"
mlflow-c run -p audit -q -j 1 --params count.column=none 2>/dev/null
echo "exit $?"
mlflow-c runs list | sed 's/[ 0-9]\{3\}ms/ _ms/'
mlflow-c runs list --plain --limit 1 | cut -f 1-5,7
mlflow-c runs list -q --limit 2 | wc -l
mlflow-c runs list --json | jq -c '.data[] | .run_id |= length | .ms |= type'
mlflow-c run -p shop --name 'bad name'
echo "exit $?"
mlflow-c run -p shop --name the-second -q -j 1
echo "exit $?"
