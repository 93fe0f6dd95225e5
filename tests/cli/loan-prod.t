# --conf prod runs the example in folders of its own, under an alias of its own.
. "$REPO/tests/cli/kit.sh"
loan
mlflow-c run -q -j 2
cp -r data first
mlflow-c run -q -j 1 --conf prod
echo "exit $?"
diff -r -x quarantine first data
cmp -s data/01_raw/loans.csv data/prod/01_raw/loans.csv || echo "another loan book"
find data/prod -type f | sort
mlflow-c registry list -q --plain | cut -f 1-3
mlflow-c runs list -q --plain | cut -f 2-4,7
