# run --resume continues a run that stopped: what was done is not done again.
. "$REPO/tests/cli/kit.sh"
shop
# total fails while its column is not there
sed -i 's/outputs: {report: total}, tags: money/outputs: {report: total}, params: total, tags: money/' conf/base/pipeline.yml
echo 'total: {column: none}' >>conf/base/parameters.yml
mlflow-c run -p shop -j 1 --name first --params orders.rows=3 2>&1 | tail -n 3
sed -i 's/total: {column: none}/total: {column: euros}/' conf/base/parameters.yml
echo "== what it would do"
mlflow-c run --resume first --dry-run | cut -c 1-200 | sed 's/  */ /g'
echo "== continued"
mlflow-c run -j 1 --resume last --name second
mlflow-c run -p shop -q -j 1 --name undisturbed --params orders.rows=3
mlflow-c runs compare second undisturbed --all | grep -E '^output'
mlflow-c runs show second --json | jq -c '[.data.nodes[] | .name, .status, .attempts], .data.tags."mlflow_c.resumes"'
echo "== refused"
mlflow-c run --resume second; echo "exit $?"
mlflow-c run --resume none; echo "exit $?"
mlflow-c run --resume first -p audit; echo "exit $?"
mlflow-c run --resume first --conf test; echo "exit $?"
mlflow-c run --resume first --changed; echo "exit $?"
mlflow-c run --force; echo "exit $?"
echo "== a finished node would not do the same again"
mlflow-c run --resume first --params orders.rows=4 -j 1; echo "exit $?"
mlflow-c run --resume first --params orders.rows=4 -j 1 --force --json 2>/dev/null | jq -c '[.data.nodes[] | .name, .status]'
echo "== an output that is gone is made again"
sed -i 's/total: {column: euros}/total: {column: none}/' conf/base/parameters.yml
mlflow-c run -p shop -q -j 1 --name third 2>/dev/null
sed -i 's/total: {column: none}/total: {column: euros}/' conf/base/parameters.yml
rm data/orders.csv
mlflow-c run --resume third --dry-run --json | jq -c '.data.nodes[] | [.name, .action, .reason]'
mlflow-c run --resume third -q -j 1 --json | jq -c '[.data.status, (.data.nodes[] | .status)]'
