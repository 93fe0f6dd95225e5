# Rows that break a contract leave the dataset, are kept apart with their reasons, and the run goes on.
. "$REPO/tests/cli/kit.sh"
shop
mkdir conf/base/contracts
contract()
{
	cat >conf/base/contracts/$1.yml <<-END
	apiVersion: v3.1.0
	kind: DataContract
	id: $1
	version: 1.0.0
	status: active
	schema:
	  - name: $1
	    properties:
	      - {name: id, logicalType: integer, required: true}
	      - name: amount
	        logicalType: number
	        logicalTypeOptions: {maximum: $2}
	        customProperties: [{property: onFail, value: $3}]
	END
}
contract orders 1.5 quarantine
mlflow-c run -p shop -j 1
echo "exit $?"
show data/orders.csv data/quarantine/*
mlflow-c runs show last --plain -q | grep orders
mlflow-c run -p shop -j 1 --json -q | jq -c '.data.nodes[0], .data.warnings'
GITHUB_ACTIONS=true GITHUB_STEP_SUMMARY=$PWD/summary.md mlflow-c run -p shop -j 1 --plain 2>&1 | grep '::warning'
grep orders summary.md
echo "== nothing to put aside any more"
contract orders 99 quarantine
mlflow-c run -p shop -q -j 1
show data/quarantine/*
echo "== a contract that fails leaves the dataset and its quarantine as they were"
contract orders 1.5 quarantine
mlflow-c run -p shop -q -j 1 2>/dev/null
cp -r data before
sed -i 's/maximum: 1.5/maximum: 0/; s/quarantine}/quarantine}, {property: maxFailPercent, value: 50}/' conf/base/contracts/orders.yml
mlflow-c run -p shop -j 1
echo "exit $?"
diff -r before data && echo "data: untouched"
find data -name '.*' -mindepth 1
echo "== rows that are only dropped"
contract orders 1.5 drop
mlflow-c run -p shop -j 1 2>&1 | grep -e warning -e 'ok    orders'
echo "== a source is checked when it is first read"
rm conf/base/contracts/orders.yml
mlflow-c run -p shop -q -j 1
contract orders 1.5 quarantine
mlflow-c run -p audit -j 1
show data/counts.json data/quarantine/*
wc -l <data/orders.csv
