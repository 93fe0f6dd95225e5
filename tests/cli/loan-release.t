# The seven impossible ages of the example are quarantined with rows and values; corrected, they come back.
. "$REPO/tests/cli/kit.sh"
loan
mkdir conf/local
cat >conf/local/catalog.yml <<END
loans_ingested: {type: csv, filepath: data/02_intermediate/loans_ingested.csv}
END
mlflow-c run -q -p full --to-nodes clean
echo "exit $?"
cut -d , -f 2-5 data/quarantine/loans_ingested.csv
mlflow-c contract release loans_ingested
echo "exit $?"
echo "== 144 was 44"
awk -F , -v OFS=, 'NR > 1 { $4 -= 100; $8 = 3 } { print }' data/quarantine/loans_ingested.csv >corrected.csv
mlflow-c contract release loans_ingested --file corrected.csv --where 'person_age>=18'
wc -l <data/02_intermediate/loans_ingested.csv
tail -n 3 data/02_intermediate/loans_ingested.csv | cut -d , -f 1-3
cut -d , -f 2-4 data/quarantine/loans_ingested.csv
mlflow-c contract check loans_ingested
mlflow-c runs list -q --plain | cut -f 2-4,7
