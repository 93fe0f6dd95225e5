# Foreign keys: values are among those of another dataset, which is made before, and looked at in a pass of its own.
. "$REPO/tests/cli/kit.sh"
shop
mkdir conf/base/contracts nodes
cat >>conf/base/catalog.yml <<END
customers: {type: csv, filepath: data/customers.csv}
lines: {type: csv, filepath: data/lines.csv}
END
# the names are such that without the contract `a_lines` came first
cat >conf/base/pipeline.yml <<'END'
refer:
  nodes:
    - {name: a_lines, command: [cp, "{file:nodes/lines.csv}", "{output:lines}"], outputs: lines}
    - {name: z_customers, command: [cp, "{file:nodes/customers.csv}", "{output:customers}"], outputs: customers}
END
printf 'id,country\n1,de\n2,fr\n3,de\n' >nodes/customers.csv
printf 'line,customer,country\n1,1,de\n2,9,de\n3,,\n4,2,de\n5,8,fr\n' >nodes/lines.csv
contract()
{
	cat >conf/base/contracts/lines.yml <<-END
	apiVersion: v3.1.0
	kind: DataContract
	id: lines
	version: 1.0.0
	status: active
	schema:
	  - name: lines
	    relationships:
	      - {id: both, from: [lines.customer, lines.country], to: [customers.id, customers.country], customProperties: [{property: severity, value: info}]}
	    properties:
	      - {name: line, logicalType: integer, required: true}
	      - name: customer
	        logicalType: integer
	        relationships:
	          - {to: $1, customProperties: [{property: onFail, value: $2}]}
	      - {name: country, logicalType: string}
	END
}
contract customers.id fail
mlflow-c run -q --dry-run
mlflow-c pipeline show refer --plain | cut -f 1-4
mlflow-c run -j 2
echo "exit $?"
ls data
echo "== rows that refer to nothing are kept apart"
contract customers.id quarantine
mlflow-c run -j 2 -q
echo "exit $?"
show data/lines.csv data/quarantine/lines.csv
mlflow-c contract check lines
mlflow-c contract check lines --json | jq -c '.data[0] | .contract, .contract_id, .version, .run_id, .dataset, .success, (.checks[] | select(.metric == "foreignKey") | del(.file))'
mlflow-c runs show last --json | jq -c '[.. | objects | select(has("contract") and has("checks"))] | length'
echo "== what it looks at is part of what was done"
mlflow-c run -j 2 --changed 2>&1 | grep -e cached -e ' ok '
mlflow-c run --nodes a_lines --changed --dry-run 2>/dev/null | grep a_lines
echo 9,de >>data/customers.csv
mlflow-c run --nodes a_lines --changed --dry-run 2>/dev/null | grep a_lines
echo 8,fr >>nodes/customers.csv
mlflow-c run -j 2 -q --changed
cut -d , -f 1 data/lines.csv | tr '\n' ' '
echo
echo "== rows are released once what they refer to is there"
echo 9,de >>data/customers.csv
mlflow-c contract release lines
tail -n 1 data/lines.csv
echo "== a data set that is not there is an error, not a failure"
rm data/customers.csv
mlflow-c contract check lines --junit found.xml
echo "exit $?"
grep -A 1 '<testcase.*foreign' found.xml
mlflow-c contract check lines --json | jq -c '.data[0] | .success, .statistics, (.checks[] | select(.metric == "foreignKey") | [.id, .status, .severity, .observed])'
mlflow-c run --nodes a_lines -j 1
echo "exit $?"
printf 'key\n1\n' >data/customers.csv
contract customers.id warn
mlflow-c contract check lines
echo "exit $?"
printf 'id\nx\n' >data/customers.csv
mlflow-c contract check lines
echo "exit $?"
echo "== what cannot be is found before anything runs"
contract custmers.id fail
mlflow-c validate
mlflow-c contract check lines
echo "exit $?"
contract refer.id fail
mlflow-c run
echo "exit $?"
cat >conf/base/contracts/customers.yml <<END
apiVersion: v3.1.0
kind: DataContract
id: customers
version: 1.0.0
status: active
schema:
  - id: customers_1
    name: customers
    properties:
      - {id: key_1, name: id, logicalType: integer, relationships: [{to: lines.customer}]}
      - {name: country, logicalType: string}
END
contract customers.id fail
mlflow-c run
echo "exit $?"
sed -i 's/, relationships.*/}/' conf/base/contracts/customers.yml
sed -i 's/    - {name: z_cust.*/    - {name: b, command: [sh, nodes\/both.sh], outputs: [lines, customers]}/; /a_lines/d' conf/base/pipeline.yml
mlflow-c run
echo "exit $?"
echo "== the contract of the other dataset is known"
sed -i 's/key_1, name: id, logicalType: integer/key_1, name: id, logicalType: string/' conf/base/contracts/customers.yml
mlflow-c contract check lines
echo "exit $?"
sed -i '/key_1/d; s/^    name: customers/&\n    customProperties: [{property: strict, value: true}]/' conf/base/contracts/customers.yml
mlflow-c contract check lines
echo "exit $?"
sed -i '/strict/d; s/^    properties:/&\n      - {id: key_1, name: id, logicalType: integer}/' conf/base/contracts/customers.yml
echo "== by the ids of the contract beside it"
contract 'customers.yml#/schema/customers_1/properties/key_1' warn
cp nodes/*.csv data/
mlflow-c contract check lines
contract 'customers.yml#/schema/customers_1/properties/key_2' warn
mlflow-c contract check lines
echo "exit $?"
echo "== a source is checked when it is first read, in a worker and in the runner's process"
contract customers.id quarantine
cat >conf/base/pipeline.yml <<'END'
use:
  nodes:
    - {name: use, command: [cp, "{input:lines}", "{output:copy}"], inputs: lines, outputs: copy}
END
echo 'copy: {type: csv, filepath: data/copy.csv}' >>conf/base/catalog.yml
for how in '' --in-process; do
	rm -f data/copy.csv
	mlflow-c run -q -j 1 $how 2>/dev/null
	echo "exit $?"
	cut -d , -f 1 data/copy.csv | tr '\n' ' '
	tail -n 1 data/quarantine/lines.csv | cut -d , -f 2-
done
