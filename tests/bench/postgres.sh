#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A table of ROWS=1000000 rows and 14 columns, read from a PostgreSQL server and written to it, beside
# psql's \copy on the same server: as CSV, as most programs do it, and in binary. Whole processes; ours
# record a run each. What is written is first tried and undone, so the rows reach the server twice;
# "generated only" is what making them costs without writing. The server does not fsync.
set -eu
repo=$(cd "$(dirname "$0")/../.." && pwd)
build=$(cd "$repo" && cd "${B:-build}" && pwd)
rows=${ROWS:-1000000}
REPO=$repo
tmp=$(mktemp -d)
. "$repo/tests/cli/pg.sh"
pg_start
trap 'pg_remove; rm -rf "$tmp"' EXIT
pg_database
umask 022

mkdir -p "$tmp/conf/base" "$tmp/build/nodes"
cp "$build/nodes/loan_generate.so" "$build/tests/nodes/shop.so" "$tmp/build/nodes/"
cd "$tmp"
echo 'git: false' >conf/base/mlflow-c.yml
pg_credentials "$pg_con"
cat >conf/base/pipeline.yml <<END
write: {nodes: [{name: make, plugin: loan_generate, outputs: {table: loans}, params: make}]}
only: {nodes: [{name: make, plugin: loan_generate, outputs: {table: held}, params: make}]}
read: {nodes: [{name: add, plugin: "shop:total", inputs: {table: loans}, outputs: {report: sum}, params: add}]}
END
cat >conf/base/catalog.yml <<END
loans: {type: postgres, credentials: warehouse, table: loans}
sum: {type: json, filepath: data/sum.json}
END
printf 'make: {rows: %d}\nadd: {column: loan_amnt}\n' "$rows" >conf/base/parameters.yml
PATH="$build:$PATH"
export PGPASSWORD="$pg_password"
psql="psql -X -q -h $PG -U shop -d shop"
mlflow-c run -q -p write
$psql -c 'CREATE TABLE other (LIKE loans)' -c "\\copy loans TO rows.csv CSV" -c "\\copy loans TO rows.bin BINARY"
echo "$(sql -c 'SELECT count(*) FROM loans') rows, $(wc -c <rows.csv) bytes as CSV, $(wc -c <rows.bin) in binary"
echo "-- reading"
"$build/tests/bench/pair" -n "${RUNS:-5}" \
	"\\copy to CSV" "$psql -c '\\copy loans TO /dev/null CSV'" \
	"\\copy to binary" "$psql -c '\\copy loans TO /dev/null BINARY'" \
	"mlflow-c run" "mlflow-c run -q -p read"
echo "-- replacing"
"$build/tests/bench/pair" -n "${RUNS:-5}" \
	"\\copy from CSV" "$psql -1 -c 'DELETE FROM other' -c '\\copy other FROM rows.csv CSV'" \
	"\\copy from binary" "$psql -1 -c 'DELETE FROM other' -c '\\copy other FROM rows.bin BINARY'" \
	"mlflow-c run" "mlflow-c run -q -p write" \
	"generated only" "mlflow-c run -q -p only"
