# Contracts promise references, multiples, distributions and a number of columns, too.
. "$REPO/tests/cli/kit.sh"
shop
mkdir -p data conf/base/contracts
echo 'users: {type: csv, filepath: data/users.csv}' >>conf/base/catalog.yml
printf 'name,city\nAda,Lima\n"O""Hara, Bo",Oslo\n' >data/users.csv
contract() {
	cat >conf/base/contracts/orders.yml <<-END
	apiVersion: v3.1.0
	kind: DataContract
	id: orders
	version: 1.0.0
	status: active
	schema:
	  - name: orders
	    properties:
	      - {name: id, logicalType: integer, logicalTypeOptions: {multipleOf: $2}}
	      - name: who
	        logicalType: string
	        relationships: [{type: foreignKey, to: $1}]
	        customProperties: [{property: onFail, value: $4}]
	      - name: amount
	        logicalType: number
	        quality:
	          - {type: custom, engine: mlflow-c, implementation: {check: distribution, edges: [0.5, 1.5], shares: [$3], mustBeLessThan: 0.25}}
	    quality:
	      - {type: custom, engine: mlflow-c, implementation: {check: columns, mustBe: 5}}
	END
}
contract users.name 1 "0.2, 0.5, 0.3" quarantine
mlflow-c run -q -p shop
echo "exit $?"
cut -d, -f2- data/quarantine/orders.csv | head -3
mlflow-c contract check orders
echo "== a user more: the row is released"
printf '"",Rome\n' >>data/users.csv
mlflow-c contract release orders
mlflow-c contract check orders --json | jq -c '.data[].checks[] | select(.rule == "foreign_key") | [.status, .observed]'
echo "== broken promises"
contract users.name 2 "0.9, 0.05, 0.05" fail
mlflow-c run -q -p shop
echo "exit $?"
echo "== what is not there to be referred to"
contract users.nmae 1 "0.2, 0.5, 0.3" fail
mlflow-c run -q -p shop
echo "exit $?"
contract people.name 1 "0.2, 0.5, 0.3" fail
mlflow-c contract check orders
echo "exit $?"
rm data/users.csv
contract users.name 1 "0.2, 0.5, 0.3" fail
mlflow-c contract check orders
echo "exit $?"
echo "== contracts that are wrong"
contract users 0 "0.2, 0.5" fail
mlflow-c validate
echo "exit $?"
echo "== what a newer contract means for readers"
contract users.name 1 "0.2, 0.5, 0.3" fail
cp conf/base/contracts/orders.yml old.yml
contract users.city 10 "0.3, 0.4, 0.3" fail
mlflow-c contract diff orders --against old.yml
