# runs show, logs and compare tell what a run did, and what differs between two.
. "$REPO/tests/cli/kit.sh"
shop
mlflow-c run -p shop -q -j 1 --name first
mlflow-c run -p shop -q -j 1 --name second --params orders.rows=3,convert.rate=0.25
mlflow-c runs show first | sed 's/^id .*/id _/; s/started .*/started _/; s/^user .*/user _/'
mlflow-c runs show second --json | jq -c '.data | del(.run_id, .start), .nodes[0].status, .params' | sed 's/"mlflow.user":"[^"]*"/"mlflow.user":"_"/; s/"\(plugin_hash\|source_hash\)":"[^"]*"/"\1":"_"/g' | tail -n 2
mlflow-c runs compare first second
mlflow-c runs compare first second --exit-code >/dev/null
echo "exit $?"
mlflow-c runs compare first first --exit-code
echo "exit $?"
mlflow-c runs compare first second --json | jq -c '.data.rows[] | [.kind, .name, .values, .differs]' | head -3
mlflow-c runs compare first second first --all | head -4
mlflow-c runs show frist
echo "exit $?"
mlflow-c runs compare first
echo "exit $?"
cd "$TMPDIR" && mkdir -p loan && cd loan && loan
mlflow-c run -q -p training 2>/dev/null
mlflow-c run -q 2>/dev/null
mlflow-c runs logs last clean
mlflow-c runs logs last | head -3
mlflow-c runs logs last cleen
echo "exit $?"
