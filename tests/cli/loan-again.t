# Every further run of the example gives the same bytes: from files, from memory, on threads.
. "$REPO/tests/cli/kit.sh"
loan
mlflow-c run -q -j 2
cp -r data first
mlflow-c run -q -j 1
diff -r -x quarantine first data && echo "the same bytes"
mlflow-c run -q -j 1 -p training
diff -r -x quarantine first data && echo "the same bytes, from the csv"
mlflow-c run -q -j 2 --in-process 2>/dev/null
diff -r -x quarantine first data && echo "the same bytes, on threads"
mlflow-c run -q -j 2 --params features.seed=7
diff -q -r -x quarantine first data
mlflow-c registry list -q --plain | cut -f 1,2
