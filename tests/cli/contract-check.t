# contract check compares the data on disk with its contracts, and changes nothing; JUnit XML for a CI.
. "$REPO/tests/cli/kit.sh"
shop
mkdir conf/base/contracts
cat >conf/base/contracts/orders.yml <<END
apiVersion: v3.1.0
kind: DataContract
id: orders
version: 2.1.0
status: active
schema:
  - name: orders
    properties:
      - {name: id, logicalType: integer, required: true, unique: true}
      - {name: who, logicalType: string, required: true, customProperties: [{property: onFail, value: warn}]}
      - name: amount
        logicalType: number
        quality:
          - {metric: nullValues, mustBe: 0, severity: info}
        logicalTypeOptions: {maximum: 1.5}
        customProperties: [{property: onFail, value: drop}]
END
mlflow-c contract check
echo "exit $?"
mlflow-c contract check orders
echo "exit $?"
mlflow-c run -p shop -q -j 1
cp -r data before
sed -i 's/maximum: 1.5/maximum: 0.5/' conf/base/contracts/orders.yml
mlflow-c contract check
echo "exit $?"
sed -i 's/unique: true}/unique: true, logicalTypeOptions: {maximum: 2}}/' conf/base/contracts/orders.yml
mlflow-c contract check orders --junit found.xml
echo "exit $?"
cat found.xml
mlflow-c contract check orders --json | jq -c '.schema, (.data[] | .dataset, .contract, .contract_version, .success, .statistics),
	(.data[].checks[] | select(.status != "pass") | [.rule, .column, .status, .on_fail, .failed_rows, .failed_percent, .sample])'
diff -r before data && echo "data: untouched"
mlflow-c contract check ordres total euros letter
echo "exit $?"
mlflow-c contract check orders --junit no/such/folder.xml
echo "exit $?"
echo "== a run writes the same of all its datasets"
mlflow-c run -p shop -q -j 1 --junit run.xml 2>/dev/null
echo "exit $?"
grep -c '<testcase' run.xml
grep -A 1 '<failure' run.xml
echo "== and can ask for contracts"
mlflow-c run -p shop -j 1 --require-contracts
echo "exit $?"
mlflow-c contract check --help
echo "== 22.0 is an integer, 22.5 is not"
printf 'id,who,amount\n1.0,Ada,1\n2,Bo,1\n' >data/orders.csv
mlflow-c contract check orders 2>/dev/null
printf 'id,who,amount\n1.0,Ada,1\n2.5,Bo,1\n' >data/orders.csv
mlflow-c contract check orders
