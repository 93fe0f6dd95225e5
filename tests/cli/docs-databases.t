# docs/databases.md can be followed word for word, and prints what it says it prints
. "$REPO/tests/cli/pg.sh"
. "$REPO/tests/cli/kit.sh"
[ -f "$(dirname "$MLFLOW_C")/lib/mlflow-c/datasets/postgres.so" ] || {
	echo "skipped: libpq is not here, so the type postgres was not built: apt-get install libpq-dev" >&2
	exit 77
}
clone mlflow-c
pg_start
pg_database
export WAREHOUSE="$pg_con" PSQL_PAGER=cat # a terminal without height would call a pager
"$REPO/scripts/doctest" "$REPO/docs/databases.md" "$PWD"
