# contract diff says which changes break the readers of a dataset, which bind its writer, and who they are.
. "$REPO/tests/cli/kit.sh"
shop
mkdir conf/base/contracts
cat >conf/base/contracts/orders.yml <<END
apiVersion: v3.1.0
kind: DataContract
id: orders
version: 1.0.0
status: active
schema:
  - name: orders
    properties:
      - {name: id, logicalType: integer, required: true, unique: true}
      - {name: who, logicalType: string, logicalTypeOptions: {maxLength: 20, pattern: "^[A-Z]"}}
      - {name: amount, logicalType: number, required: true, logicalTypeOptions: {minimum: 0, maximum: 9}}
      - {name: paid, logicalType: boolean}
      - name: state
        logicalType: string
        quality:
          - {metric: invalidValues, arguments: {validValues: [open, done]}, mustBe: 0}
          - {metric: nullValues, mustBeLessThan: 5, unit: percent}
      - {name: when, logicalType: timestamp, required: true, customProperties: [{property: onFail, value: warn}]}
    quality:
      - {metric: rowCount, mustBeGreaterThan: 10}
    customProperties: [{property: strict, value: true}]
END
git init -q . && git add conf && git -c user.name=a -c user.email=a@b commit -qm one
cp conf/base/contracts/orders.yml old.yml
mlflow-c contract diff orders --against HEAD --exit-code
echo "exit $?"
echo "== less is promised"
sed -i -e 's/required: true, unique: true/required: true/' -e 's/maxLength: 20, pattern: "^\[A-Z\]"/maxLength: 30, pattern: "^[A-z]"/' \
	-e 's/minimum: 0, maximum: 9/minimum: 0/' -e '/name: paid/d' -e 's/\[open, done\]/[open, done, lost]/' \
	-e 's/mustBeLessThan: 5/mustBeLessThan: 10/' -e '/property: strict/d' -e 's/mustBeGreaterThan: 10/mustBeGreaterThan: 5/' \
	conf/base/contracts/orders.yml
mlflow-c contract diff orders --against HEAD --exit-code
echo "exit $?"
cp conf/base/contracts/orders.yml new.yml
echo "== more is promised: the other way round"
mlflow-c contract diff new.yml old.yml --exit-code
echo "exit $?"
echo "== other ways to differ"
sed -e 's/id, logicalType: integer/id, logicalType: string/' -e 's/{minimum: 0, maximum: 9}/{minimum: 0, maximum: 9}, customProperties: [{property: onFail, value: quarantine}]/' \
	-e 's/value: warn/value: fail/' -e 's/mustBeLessThan: 5/mustBe: 0, severity: info/; s/, unit: percent//' old.yml >conf/base/contracts/orders.yml
mlflow-c contract diff orders --against old.yml
mlflow-c contract diff orders --against old.yml --json | jq -c '.data | .breaking, .writer, .readers, .changes[0]'
echo "== what is refused"
mlflow-c contract diff orders
mlflow-c contract diff orders --against HEAD~9 2>&1 | grep -v ^fatal
mlflow-c contract diff total --against HEAD
mlflow-c contract diff old.yml none.yml
echo "exit $?"
