# --conf postgres runs the example on tables of a PostgreSQL server, which is named in the environment.
. "$REPO/tests/cli/kit.sh"
. "$REPO/tests/cli/pg.sh"
[ -f "$(dirname "$MLFLOW_C")/lib/mlflow-c/datasets/postgres.so" ] || {
	echo "skipped: libpq is not here, so the type postgres was not built: apt-get install libpq-dev" >&2
	exit 77
}
loan
echo "== without the variable nothing runs"
mlflow-c validate --conf postgres
echo "exit $?"
pg_start
pg_database
export LOAN_DATABASE="$pg_con"
echo "== from the table of loans to clean rows and a model"
mlflow-c run -j 1 --conf postgres --params generate.rows=3000 2>&1 | sed 's/0\.9[0-9]*/0.9_/'
sql -c 'SELECT count(*) FROM loans' -c 'SELECT count(*) FROM loans_clean' -c '\dt' | sort
sql -c 'SELECT round(avg(loan_amnt)::numeric), count(DISTINCT loan_intent) FROM loans_clean'
find data -type f | grep -v '06_models' | sort
echo "== scores, with the version that has the alias"
mlflow-c run -q --conf postgres -p scoring --require-contracts
sql -c 'SELECT model_name, model_version, count(*), count(DISTINCT run_id), min(score) > 0, max(score) < 1 FROM loan_scores GROUP BY 1, 2'
sql -c 'SELECT 100 * avg((prediction = loan_status)::int) > 85 FROM loan_scores'
echo "== somebody adds to the table, and the next run reads it"
sql -c 'INSERT INTO loans SELECT * FROM loans_clean LIMIT 1' -c "UPDATE loans SET loan_amnt = loan_amnt + 500 WHERE ctid = (SELECT max(ctid) FROM loans)"
mlflow-c run -q --conf postgres -p training
sql -c 'SELECT count(*) FROM loans_clean'
echo "== a contract that is broken leaves the table as it was"
sql -c "UPDATE loans SET loan_intent = 'YACHT' WHERE ctid = (SELECT min(ctid) FROM loans)"
mlflow-c run -q --conf postgres -p training 2>&1 | grep '^error\|-->' | masked
sql -c 'SELECT count(*) FROM loans_clean'
echo "== the same rows in files give the same model"
sql -c "DELETE FROM loans WHERE loan_intent = 'YACHT'"
mlflow-c run -q --conf postgres -p training
sql -c '\copy loans TO loans.csv WITH (FORMAT csv, HEADER)'
mkdir -p data/01_raw && cp loans.csv data/01_raw/
mlflow-c run -q -p training
diff -r data/06_models/loan_model data/postgres/06_models/loan_model && echo equal
echo "== the password is nowhere"
grep -rl "$pg_password" runs data conf | head
mlflow-c config show credentials --conf postgres
