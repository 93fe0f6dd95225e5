# Changes of foreign keys, steps, shapes and distributions are breaking, tighter or compatible; and concern nodes.
. "$REPO/tests/cli/kit.sh"
shop
mkdir conf/base/contracts
cat >>conf/base/catalog.yml <<END
customers: {type: csv, filepath: data/customers.csv}
clients: {type: csv, filepath: data/clients.csv}
END
cat >conf/base/pipeline.yml <<'END'
diff:
  nodes:
    - {name: customers, command: [cp, "{file:a}", "{output:customers}"], outputs: customers}
    - {name: orders, command: [cp, "{file:a}", "{output:orders}"], outputs: orders}
    - {name: report, command: [cp, "{input:orders}", "{output:letter}"], inputs: orders, outputs: letter}
END
: >a
own()
{
	echo "{type: custom, engine: mlflow-c, implementation: {$1}}"
}
cat >old.yml <<END
apiVersion: v3.1.0
kind: DataContract
id: orders
version: 1.0.0
status: active
slaProperties: [{property: freshness, value: 24, unit: h, element: orders.at}]
schema:
  - name: orders
    relationships: [{from: [orders.customer, orders.country], to: [customers.id, customers.country]}]
    properties:
      - {name: customer, logicalType: integer, relationships: [{to: customers.id}]}
      - {name: country, logicalType: string}
      - {name: amount, logicalType: integer, logicalTypeOptions: {multipleOf: 10}}
      - {name: at, logicalType: date, logicalTypeOptions: {format: yyyy-MM-dd}}
      - name: price
        logicalType: number
        quality:
          - $(own 'check: psi, edges: [10, 20], shares: [25, 50, 25], mustBeLessThan: 0.2, minRows: 100')
          - $(own 'check: ks, reference: clients.price, mustBeLessThan: 0.2')
    quality:
      - $(own 'check: columnCount, mustBe: 5')
      - $(own 'check: columnOrder')
END
cp old.yml conf/base/contracts/orders.yml
try()
{
	echo "== $1"
	sed "$2" old.yml >new.yml
	mlflow-c contract diff old.yml new.yml --exit-code 2>&1
	echo "exit $?"
}
try 'nothing' ''
try 'another key' 's/{to: customers.id}/{to: clients.id}/'
try 'no key any more' 's/, relationships: \[{to: customers.id}\]//'
try 'it only warns' 's/{to: customers.id}/{to: customers.id, customProperties: [{property: onFail, value: warn}]}/'
try 'it quarantines' 's/{to: customers.id}/{to: customers.id, customProperties: [{property: onFail, value: quarantine}]}/'
try 'a second key' 's/{to: customers.id}/{to: customers.id}, {to: clients.id}/'
try 'a finer step' 's/multipleOf: 10/multipleOf: 5/'
try 'a coarser step' 's/multipleOf: 10/multipleOf: 20/'
try 'another step' 's/multipleOf: 10/multipleOf: 15/'
try 'more precise times' 's/yyyy-MM-dd}/"yyyy-MM-dd HH:mm:ss"}/'
try 'older data' 's/value: 24/value: 48/'
try 'fresher data' 's/value: 24/value: 12/'
try 'another number of columns, in any order' 's/mustBe: 5/mustBe: 6/; /columnOrder/d'
try 'columns the other way round' '/name: at/d; s/\(  *\)- {name: country.*/&\n\1- {name: at, logicalType: date, logicalTypeOptions: {format: yyyy-MM-dd}}/'
try 'other shares' 's/\[25, 50, 25\]/[20, 60, 20]/'
try 'other edges' 's/edges: \[10, 20\]/edges: [10, 30]/'
try 'nearer, of fewer rows' 's/mustBeLessThan: 0.2, minRows: 100/mustBeLessThan: 0.1, minRows: 50/'
try 'judged of more rows only' 's/minRows: 100/minRows: 1000/'
try 'further from another reference' 's/clients.price, mustBeLessThan: 0.2/customers.price, mustBeLessThan: 0.4/'
echo "== for whom"
sed 's/multipleOf: 10/multipleOf: 5/; s/value: 24/value: 12/' old.yml >conf/base/contracts/orders.yml
mlflow-c contract diff orders --against old.yml -q
mlflow-c contract diff orders --against old.yml 2>&1 >/dev/null
cat >conf/base/contracts/customers.yml <<END
apiVersion: v3.1.0
kind: DataContract
id: customers
version: 1.0.0
status: active
schema: [{name: customers, properties: [{name: id, logicalType: integer}, {name: country, logicalType: string}]}]
END
sed 's/, {name: country.*string}//' conf/base/contracts/customers.yml >new.yml
mlflow-c contract diff customers --against new.yml
cp conf/base/contracts/customers.yml old2.yml
cp new.yml conf/base/contracts/customers.yml
mlflow-c contract diff customers --against old2.yml
mlflow-c contract diff customers --against old2.yml --json | jq -c '.data | .breaking, .writer, .readers, .checkers'
