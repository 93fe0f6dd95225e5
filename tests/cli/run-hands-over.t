# A run writes csv, json and text, and hands the table between them over in memory.
. "$REPO/tests/cli/kit.sh"
shop
mlflow-c run -p shop -j 1
echo "exit $?"
show data/*
find data runs -type f | sort
cat runs/default/*/logs/orders.log
