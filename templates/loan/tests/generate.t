# loan_generate invents as many loans as it is told to.
"$MLFLOW_C" node run loan_generate --params loan_generate.rows=50 --out table="$TMP/loans.csv"
[ "$(wc -l <"$TMP/loans.csv")" -eq 51 ]
