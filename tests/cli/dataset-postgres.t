# Tables of a PostgreSQL database: read, replaced, appended to, upserted, queried, and refused with the reason.
. "$REPO/tests/cli/kit.sh"
. "$REPO/tests/cli/pg.sh"
orders() { sed -i "s|^orders: .*|orders: {type: postgres, credentials: warehouse, $1}|" conf/base/catalog.yml; }
again() { mlflow-c run --changed --dry-run -p audit --json | jq -c '.data.nodes[] | [.name, .action]'; }
shop
pg_start
pg_database
pg_credentials "$pg_con"
orders 'table: orders'
echo "== written and read"
mlflow-c run -q -p shop
sql -c '\d orders' -c 'SELECT * FROM orders LIMIT 2'
mlflow-c run -q -p audit
cat data/counts.json; echo
mlflow-c catalog list | masked
mlflow-c catalog lineage counts --upstream --json | masked | jq -c '.data.upstream[] | [.dataset, .node, .path, .rows]'
echo "== nothing changed, so nothing runs; a change by somebody else is seen"
again
sql -c 'CREATE TABLE beside (x int)'
again
sql -c 'UPDATE orders SET amount = 100 WHERE id = 6'
mlflow-c run -q --changed -p audit
cat data/counts.json; echo
echo "== replaced: rows go; indexes, views and rights stay"
sql -c 'CREATE INDEX by_amount ON orders (amount)' -c 'CREATE VIEW rich AS SELECT * FROM orders'
mlflow-c run -q -p shop --params orders.rows=3
sql -c 'SELECT count(*) FROM rich' -c "SELECT indexname FROM pg_indexes WHERE tablename = 'orders'"
echo "== a table with other columns is made again, unless something is built on it"
sql -c 'ALTER TABLE orders ADD more int'
mlflow-c run -q -p shop 2>&1 | grep -v '^ *|\|^──' | masked
sql -c 'SELECT count(*) FROM orders' -c 'DROP VIEW rich'
mlflow-c run -q -p shop
sql -c '\d orders'
echo "== appended"
orders 'table: orders, save_args: {mode: append}'
mlflow-c run -q -p shop --params orders.rows=3
sql -c 'SELECT count(*) FROM orders'
echo "== upserted"
orders 'table: known, save_args: {mode: upsert, key: [id]}'
mlflow-c run -q -p shop --params orders.rows=3
sql -c 'UPDATE known SET amount = -1' -c 'INSERT INTO known (id, amount) VALUES (99, 5)'
mlflow-c run -q -p shop --params orders.rows=4
sql -c 'SELECT id, amount FROM known ORDER BY id'
echo "== a query"
orders 'query: "SELECT amount, count(*) AS n FROM known GROUP BY amount ORDER BY 1;"'
mlflow-c run -q -p audit
mlflow-c catalog preview orders
echo "== a table that somebody else made keeps its types"
sql -c 'CREATE SCHEMA "Odd ""one"""' -c 'CREATE TABLE "Odd ""one""".t (id smallint PRIMARY KEY, who varchar(30), amount numeric(9, 3), paid bool NOT NULL, "when" timestamp)'
orders "table: t, schema: 'Odd \"one\"'"
mlflow-c run -q -p shop --params orders.rows=3
sql -c 'SELECT * FROM "Odd ""one""".t' -c 'SELECT name FROM "Odd ""one""".mlc_published'
mlflow-c catalog preview orders
echo "== types"
sql -c "CREATE TABLE kinds AS SELECT true AS b, 1::int2 AS i2, -2::int4 AS i4, 9223372036854775807 AS i8,
	1.5::float4 AS f4, 'NaN'::float8 AS f8, 12.25::numeric AS num, 'ä'::text AS t, 'v'::varchar AS v, 'c'::char(3) AS c,
	DATE '1969-12-31' AS d, TIMESTAMP '2024-02-29 12:00:00.000001' AS ts, TIMESTAMPTZ '2024-03-31 03:00+02' AS tz" \
	-c 'INSERT INTO kinds DEFAULT VALUES'
orders 'table: kinds'
mlflow-c catalog preview orders
orders 'table: kinds, load_args: {dtype: {num: utf8, i8: float64, b: utf8}}'
mlflow-c catalog preview orders --json | jq -c '.data.columns[] | [.name, .type]' | tr '\n' ' '
mlflow-c catalog preview orders --json | jq -c '.data.head[0]'
for column in "'{1,2}'::int[] AS list" "'infinity'::timestamp AS t" '1 / (g - 1) AS x FROM generate_series(-1, 3) g'; do
	orders "query: \"SELECT $column\""
	mlflow-c catalog preview orders 2>&1 | masked
done
echo "== refused: what the table does not take, and what the catalog says wrongly"
orders 'table: strict, save_args: {mode: append}'
sql -c 'CREATE TABLE strict (id int PRIMARY KEY, who text, amount float8 NOT NULL, paid bool, "when" timestamp)'
refused() { mlflow-c run -q -p shop --params "orders.rows=$1" 2>&1 | grep -v '^ *|\|^──' | masked; }
refused 4
sql -c 'ALTER TABLE strict ALTER amount DROP NOT NULL' -c 'ALTER TABLE strict ALTER who TYPE varchar(3)'
refused 4
sql -c 'ALTER TABLE strict ALTER who TYPE text' -c 'ALTER TABLE strict ALTER "when" TYPE date'
refused 4
sql -c 'ALTER TABLE strict ALTER "when" TYPE text'
refused 4
sql -c 'ALTER TABLE strict DROP "when"'
refused 4
orders 'table: strict, save_args: {mode: upsert, key: [who]}'
sql -c 'ALTER TABLE strict ADD "when" timestamp'
refused 1
orders 'table: nowhere, schema: nowhere'
refused 1
orders 'query: DELETE FROM strict'
mlflow-c run -q -p audit 2>&1 | masked
orders 'table: none'
mlflow-c run -q -p audit 2>&1 | masked
sql -c 'SELECT count(*) FROM strict'
ls -A data runs/.stage
wrong() { orders "$1"; mlflow-c validate; echo "exit $?"; }
wrong 'table: letters, query: SELECT 1, save_args: {mode: upsert}, versioned: true'
wrong 'table: letters, save_args: {mode: upset}'
wrong 'table: mlc_published'
wrong 'table: letters, filepath: data/letters.db'
wrong 'table: letters, load_args: {dtype: {id: integer}}'
echo "== a broken contract leaves the old table"
promise()
{
	mkdir -p conf/base/contracts
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
	        customProperties: [{property: onFail, value: $2}]
	END
}
promise 1 fail
orders 'table: orders'
mlflow-c run -q -p shop 2>&1 | head -n 4 | masked
sql -c 'SELECT count(*) FROM orders'
echo "== rows that are released from quarantine are appended, and the old ones are not there twice"
sql -c 'DROP TABLE orders'
orders 'table: orders, save_args: {mode: append}'
promise 0.5 quarantine
mlflow-c run -q -p shop
sql -c 'SELECT string_agg(id::text, chr(44)) FROM orders'
promise 9 quarantine
mlflow-c contract release orders -q
sql -c 'SELECT string_agg(id::text, chr(44)) FROM orders'
