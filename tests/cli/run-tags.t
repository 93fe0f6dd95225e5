# run --tag, --name and --lock-wait: tags are recorded, and a second writer waits if it is told to.
. "$REPO/tests/cli/kit.sh"
shop
mlflow-c run -p shop -q -j 1 --tag team=risk --tag 'why=month end' --tag team=credit
mlflow-c runs show last --json | jq -c '.data.tags | {team, why}'
mlflow-c run -p shop -q --tag x; echo "exit $?"
mlflow-c run -p shop -q --tag mlflow_c.status=ok; echo "exit $?"
mlflow-c run -p shop -q --tag 'a//b=1'; echo "exit $?"
mlflow-c run -p shop -q --lock-wait soon; echo "exit $?"
mlflow-c runs list -q --plain | wc -l
