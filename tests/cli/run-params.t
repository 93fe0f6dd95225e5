# Parameters come from the plugin, parameters.yml, a file and --params, the last one wins.
. "$REPO/tests/cli/kit.sh"
shop
rows()
{
	mlflow-c run -p shop -q -j 1 --nodes orders "$@" && echo "$*: $(($(wc -l <data/orders.csv) - 2)) rows"
}
rows
rows --params orders.rows=3
echo 'orders: {rows: 4, currency: chf}' >mine.yml
rows --params-file mine.yml
rows --params-file mine.yml --params orders.rows=1
rows --params orders.rows=0
cat runs/default/*/logs/orders.log
echo "== given in parts"
rows --params orders.rows=2 --params orders.currency=sek
mlflow-c run -p shop -q -j 1 -n orders -n convert --json | jq -c '[.data.nodes[].name]'
