# people invents as many as it is told to.
"$MLFLOW_C" node run people --params people.rows=5 --out table="$TMP/people.csv"
[ "$(wc -l <"$TMP/people.csv")" -eq 6 ]
