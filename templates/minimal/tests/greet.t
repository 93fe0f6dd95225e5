# greet marks adults, and leaves open who has no age.
printf 'id,age\n1,17\n2,18\n3,\n' >"$TMP/people.csv"
"$MLFLOW_C" node run greet --in table="$TMP/people.csv" --out table="$TMP/greeted.csv"
cut -d, -f1,3 "$TMP/greeted.csv" >"$TMP/got"
printf 'id,adult\n1,false\n2,true\n3,\n' | diff - "$TMP/got"
