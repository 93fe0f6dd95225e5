# catalog preview shows the first rows of a table with their types, and the first lines of a text.
. "$REPO/tests/cli/kit.sh"
shop
sed -i 's|orders: .*|orders: {type: jsonl, filepath: data/orders.jsonl.gz}|' conf/base/catalog.yml
echo 'held: {type: memory}' >>conf/base/catalog.yml
try catalog preview orders
mlflow-c run -q -p shop
try catalog preview orders
try catalog preview orders --rows 2 --plain
COLUMNS=30 try catalog preview orders --rows 1
try catalog preview total
try catalog preview letter --rows 1
try catalog preview ordres
try catalog preview held
try catalog preview orders --rows -1
echo "== json"
mlflow-c catalog preview orders --rows 1 --json | jq -c .data
mlflow-c catalog preview letter --json | jq -c .data
echo "== what a terminal must not be told, long texts, no rows, more than one batch"
printf '{"a":"\\u001b[31mred","b":"%s"}\n' 'a text that is much longer than a cell' >data/o.jsonl
printf 'n\n' >data/none.csv
seq 0 70000 >data/many.csv
cat >conf/base/catalog.yml <<-END
o: {type: jsonl, filepath: data/o.jsonl}
none: {type: csv, filepath: data/none.csv}
many: {type: csv, filepath: data/many.csv}
END
try catalog preview o
try catalog preview none
try catalog preview many --rows 2
mlflow-c catalog preview many --rows 1 --json | jq -c .data
echo "== as many columns as there are, for scripts"
{ seq -s , 1 60 | sed 's/\([0-9]*\)/c\1/g'; seq -s , 1 60; } >data/wide.csv
echo 'wide: {type: csv, filepath: data/wide.csv}' >>conf/base/catalog.yml
mlflow-c catalog preview wide --plain -q | awk -F '\t' '{ print NF, $60 }'
