# Tables of a SQLite database: replaced, appended to, upserted, queried, and refused with the reason.
. "$REPO/tests/cli/kit.sh"
sql() { sqlite3 data/shop.db "$1"; }
orders() { sed -i "s|^orders: .*|orders: {type: sqlite, filepath: data/shop.db, $1}|" conf/base/catalog.yml; }
shop
orders 'table: orders'
mlflow-c run -q -p shop
sql '.schema orders'
sql 'SELECT * FROM orders LIMIT 2'
ls -A data
echo "== read in a run of its own; nothing changed, so nothing runs"
mlflow-c run -q -p audit
cat data/counts.json; echo
mlflow-c run --changed --dry-run -p audit --json | jq -c '.data.nodes[] | [.name, .action]'
sql "UPDATE orders SET amount = amount; CREATE TABLE beside (x)"
mlflow-c run --changed --dry-run -p audit --json | jq -c '.data.nodes[] | [.name, .action]'
echo "== a change by somebody else is seen"
sql 'UPDATE orders SET amount = 100 WHERE rowid = 1'
mlflow-c run -q --changed -p audit
cat data/counts.json; echo
echo "== replaced: rows go, indexes stay"
sql 'CREATE INDEX by_amount ON orders (amount); CREATE TABLE other (n); INSERT INTO other VALUES (7)'
mlflow-c run -q -p shop --params orders.rows=3
sql "SELECT count(*) FROM orders; SELECT name FROM sqlite_master WHERE type = 'index' AND name LIKE 'by%'; SELECT n FROM other"
echo "== appended"
orders 'table: orders, save_args: {mode: append}'
mlflow-c run -q -p shop --params orders.rows=3
sql 'SELECT count(*) FROM orders'
echo "== upserted"
orders 'table: known, save_args: {mode: upsert, key: [id]}'
mlflow-c run -q -p shop --params orders.rows=3
sql 'UPDATE known SET amount = -1; INSERT INTO known (id, amount) VALUES (99, 5)'
mlflow-c run -q -p shop --params orders.rows=4
sql 'SELECT id, amount FROM known ORDER BY id'
echo "== a query"
orders 'query: "SELECT amount, count(*) AS n FROM known GROUP BY amount ORDER BY 1"'
mlflow-c run -q -p audit
mlflow-c catalog preview orders
echo "== refused: what the table does not take, and what the catalog says wrongly"
orders 'table: strict, save_args: {mode: append}'
sql 'CREATE TABLE strict (id INTEGER PRIMARY KEY, who TEXT, amount REAL NOT NULL, paid BOOLEAN, "when" TIMESTAMP)'
mlflow-c run -q -p shop --params orders.rows=4
echo "exit $?"
sql 'SELECT count(*) FROM strict'
ls -A data
orders 'table: letters, query: SELECT 1, save_args: {mode: upsert}, versioned: true'
mlflow-c validate
echo "exit $?"
orders 'table: letters, save_args: {mode: upset}'
mlflow-c validate
echo "exit $?"
echo "== a broken contract leaves the old table, and nothing beside the file"
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
      - {name: amount, logicalType: number, logicalTypeOptions: {maximum: 1}}
END
orders 'table: orders'
mlflow-c run -q -p shop 2>&1 | head -n 4
sql 'SELECT count(*) FROM orders'
ls -A data
echo "== rows that are released from quarantine are appended, and the old ones are not there twice"
rm -r data conf/base/contracts/*
orders 'table: orders, save_args: {mode: append}'
promise()
{
	cat >conf/base/contracts/orders.yml <<-END
	apiVersion: v3.1.0
	kind: DataContract
	id: orders
	version: 1.0.0
	status: active
	schema:
	  - name: orders
	    properties:
	      - name: amount
	        logicalType: number
	        logicalTypeOptions: {maximum: $1}
	        customProperties: [{property: onFail, value: quarantine}]
	END
}
promise 0.5
mlflow-c run -q -p shop
sql 'SELECT group_concat(id) FROM orders'
promise 9
mlflow-c contract release orders -q
sql 'SELECT group_concat(id) FROM orders'
