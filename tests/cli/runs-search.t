# runs list --filter and --order-by speak MLflow's search grammar.
. "$REPO/tests/cli/kit.sh"
shop
mlflow-c run -p shop -q -j 1 --name small --params orders.rows=1
mlflow-c run -p shop -q -j 1 --name large --params orders.rows=5
mlflow-c run -p audit -q -j 1 --name broken --params count.column=none 2>/dev/null
mlflow-c runs tag large team=risk 'why=month end'
list()
{
	mlflow-c runs list -q --plain "$@" | cut -f 1,2
	echo "exit $?"
}
list --filter "params.\`orders.rows\` = '5'"
list --filter "tags.team = 'risk' or state = 'failed'" --order-by run_name
list --filter "tags.why like 'month%' and pipeline = 'shop'"
mlflow-c runs list --filter "params.x = 'none'"
mlflow-c runs list --filter "metrics.auc >> 3"
echo "exit $?"
mlflow-c runs list --order-by "start_tme desc"
echo "exit $?"
mlflow-c runs list --json --filter "state = " | jq -c '.data[] | {code, file, col}'
