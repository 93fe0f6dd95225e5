# catalog diff compares the catalogs of two environments, entry by entry, and shows no credentials.
. "$REPO/tests/cli/kit.sh"
shop
mkdir -p conf/prod conf/base/contracts conf/prod/contracts
cat >conf/base/catalog.yml <<'END'
orders:
  type: csv
  filepath: data/orders.csv
  load_args: {sep: ";", decimal: ","}
  metadata: {layer: raw}
total: {type: json, filepath: data/total.json}
stock: {type: sqlite, filepath: data/shop.db, table: stock, credentials: shop}
prices: {type: sqlite, filepath: data/shop.db, table: prices, credentials: {password: hunter1}}
same: {type: csv, filepath: data/same.csv}
"{name}_log": {type: text, filepath: "logs/{name}.txt"}
END
cat >conf/prod/catalog.yml <<'END'
orders:
  type: csv
  filepath: data/prod/${globals:place}.csv
  load_args: {sep: ";"}
  metadata: {layer: raw}
  versioned: true
stock: {type: sqlite, filepath: data/shop.db, table: stock, credentials: shop}
prices: {type: sqlite, filepath: data/shop.db, table: prices, credentials: {password: hunter2}}
same: {filepath: data/same.csv, type: csv}
new: {type: jsonl, filepath: data/new.jsonl}
END
echo 'place: orders' >conf/prod/globals.yml
for env in base prod; do
	echo "shop: {user: $env-anna, password: $env-secret}" >conf/$env/credentials.yml
	chmod 600 conf/$env/credentials.yml
done
contract()
{
	cat >conf/$1/contracts/total.yml <<-END
	apiVersion: v3.1.0
	kind: DataContract
	id: total
	version: 1.0.0
	schema: [{name: total}]
	END
}
contract base
contract prod
mlflow-c catalog diff --to prod
echo "exit $?"
echo "== the other way round; -e says the one that is not given"
mlflow-c catalog diff --from prod -e test
mlflow-c catalog diff --from prod --to base --exit-code -q | head -n 3
mlflow-c catalog diff --from prod --to base --exit-code -q >/dev/null
echo "exit $?"
mlflow-c catalog diff --to base --exit-code
echo "exit $?"
mlflow-c catalog diff --from test --to test --exit-code --json
echo "exit $?"
echo "== json"
mlflow-c catalog diff --to prod --json | jq -c '.schema, (.data | .from, .to, .entries[])'
echo "== nothing secret gets out"
for args in '--to prod' '--to prod --json' '--from prod --to base' '--from prod --to test'; do
	mlflow-c catalog diff $args 2>&1 | grep -c 'hunter\|secret\|anna'
done
echo "== what is refused"
mlflow-c catalog diff --to prd
echo "exit $?"
mlflow-c catalog diff prod
echo "exit $?"
mlflow-c catalog diff --help
