# run --json answers with one object; the talk stays on stderr.
. "$REPO/tests/cli/kit.sh"
shop
mlflow-c run -p shop -j 1 --json >answer.json
echo "exit $?"
jq '.data.run_id |= length' answer.json
mlflow-c run -p shop -j 1 -q --json --params convert.rate=1000 | jq -c .
mlflow-c run -p shop -j 1 -q --json --nodes letter | jq -c '.data.nodes'
mlflow-c run -p audit -j 1 -q --json --params count.column=none 2>/dev/null | jq -c '.data.status, .data.nodes'
