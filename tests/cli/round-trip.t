# Twenty tables of chance, written in one run and read in another, are the same in every store, a server too.
. "$REPO/tests/cli/pg.sh"
mkdir -p conf/base build/nodes
install -m 755 "$FIXTURES/chance.so" build/nodes/
cat >conf/base/pipeline.yml <<'END'
write:
  nodes:
    - {name: write, plugin: "chance:table", outputs: {table: stored}, params: table}
check:
  nodes:
    - {name: table, plugin: "chance:table", outputs: {table: made}, params: table}
    - {name: same, plugin: "chance:same", inputs: {a: made, b: stored}}
END
# What `write` stored is what `check` makes once more of the same seed.
try()
{
	echo "stored: {$2}" >conf/base/catalog.yml
	for seed in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
		mlflow-c run -q -p write --params table.seed=$seed >said 2>&1 &&
			mlflow-c run -q -p check --params table.seed=$seed >said 2>&1 ||
			{ echo "$1, seed $seed:"; masked <said; return; }
	done
	echo "$1: $seed tables"
}
pg_start
pg_database
pg_credentials "$pg_con"
try postgres 'type: postgres, credentials: warehouse, table: chance'
try csv 'type: csv, filepath: data/t.csv'
try csv.gz 'type: csv, filepath: data/t.csv.gz'
try jsonl 'type: jsonl, filepath: data/t.jsonl'
try arrow 'type: arrow, filepath: data/t.arrow'
# SQLite has no -0.0 (its REAL keeps it as the integer 0), so its tables are compared by the unit tests.
