# A parameter that is unknown, missing, of another type or out of range points at its place.
. "$REPO/tests/cli/kit.sh"
shop
bad()
{
	mlflow-c run -p shop "$@"
	echo "exit $?"
}
bad --params orders.rows=many
bad --params orders.rows=1.5
bad --params orders.rows=-1
bad --params orders.row=1
bad --params convert.rate=1e9
bad --params letter.polite=yes
bad --params orders
bad --params orders=1
bad --params-file none.yml
echo 'convert: {}' >conf/base/parameters.yml
bad
