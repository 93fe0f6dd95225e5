# --nodes, --from-nodes, --to-nodes and --tags select from the whole pipeline, and all must agree.
. "$REPO/tests/cli/kit.sh"
shop
plan()
{
	echo "$*: $(mlflow-c run -p shop --dry-run -q --plain "$@" | cut -f 1 | tr '\n' ' ')"
}
plan
plan --nodes orders
plan -n orders,letter
plan --from-nodes convert --params convert.rate=1
plan --to-nodes total
plan --from-nodes orders --to-nodes convert
plan --tags daily
plan -t daily --tags money
plan --tags daily,money
plan --tags daily --to-nodes orders
plan --from-nodes convert,letter
plan -p audit --nodes count
