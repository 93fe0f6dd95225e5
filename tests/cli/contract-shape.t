# Shape, steps, formats, freshness and distributions: each kept once and broken once, with the place of the rule.
. "$REPO/tests/cli/kit.sh"
shop
mkdir conf/base/contracts data
echo 'before: {type: csv, filepath: data/before.csv}' >>conf/base/catalog.yml
cat >conf/base/contracts/orders.yml <<END
apiVersion: v3.1.0
kind: DataContract
id: shop.orders
version: 1.0.0
status: active
slaProperties:
  - {id: fresh, property: freshness, value: 3, unit: d, element: orders.at}
schema:
  - name: orders
    properties:
      - {name: id, logicalType: integer, logicalTypeOptions: {multipleOf: 5, format: u8}}
      - name: price
        logicalType: number
        logicalTypeOptions: {multipleOf: 0.05, format: f32}
        quality:
          - {id: mean, type: custom, engine: mlflow-c, implementation: {check: mean, mustBeBetween: [1, 3]}}
          - {id: sd, type: custom, engine: mlflow-c, implementation: {check: stddev, mustBeLessThan: 1.5}}
          - {id: median, type: custom, engine: mlflow-c, implementation: {check: quantile, q: 0.5, mustBeBetween: [1, 3]}}
          - {id: drift, type: custom, engine: mlflow-c, implementation: {check: psi, reference: before.price, mustBeLessThan: 0.2}}
          - {id: ks, type: custom, engine: mlflow-c, implementation: {check: ks, reference: before.price, mustBeLessThan: 0.4}}
      - name: state
        logicalType: string
        logicalTypeOptions: {minLength: 4, maxLength: 4, pattern: "^[a-z]+\$"}
        quality:
          - {id: share, type: custom, engine: mlflow-c, implementation: {check: share, values: [open], mustBeLessThan: 60}}
          - {id: mix, type: custom, engine: mlflow-c, implementation: {check: psi, values: [open, done], shares: [50, 50], mustBeLessThan: 0.2}}
      - {name: host, logicalType: string, logicalTypeOptions: {format: ipv6}}
      - {name: at, logicalType: date, logicalTypeOptions: {format: yyyy-MM-dd, exclusiveMinimum: 2024-12-31}}
    quality:
      - {id: width, type: custom, engine: mlflow-c, implementation: {check: columnCount, mustBe: 5}}
      - {id: order, type: custom, engine: mlflow-c, implementation: {check: columnOrder}}
      - {id: rows, metric: rowCount, mustBeBetween: [3, 10]}
END
cat >data/before.csv <<END
price
1
1.5
2
2.5
END
cat >data/orders.csv <<END
id,price,state,host,at
5,1,open,::1,2025-01-13
10,1.55,done,fe80::1,2025-01-14
15,2.05,open,::ffff:10.0.0.1,2025-01-14
255,2.5,done,1:2:3:4:5:6:7:8,2025-01-12
END
mlflow-c contract check orders
echo "exit $?"
cat >data/orders.csv <<END
id,state,price,host,at,more
3,lost,9.01,10.0.0.1,2024-12-31T03:00:00Z,1
260,open,7,nowhere,2024-12-31,1
5,OPEN,1e39,::1,2024-12-31,1
END
mlflow-c contract check orders
echo "exit $?"
mlflow-c contract check orders --json |
	jq -r '.data[0].checks[] | select(.status != "pass") | [.id, .metric, .status, .observed, "\(.file):\(.line):\(.col)"] | join("  ")'
