# A folder of files is one table, file after file; written, it gets a file for each value of a column and changes as a whole.
. "$REPO/tests/cli/kit.sh"
shop
cat >conf/base/catalog.yml <<-END
	orders:
	  type: partitions
	  path: data/orders
	  filename_suffix: .csv
	  dataset: {type: csv, load_args: {dtype: {amount: float64}}}
	  load_args: {partition_column: day}
	counts: {type: json, filepath: data/counts.json}
END
echo "== nothing there yet"
mlflow-c run -q -p audit
echo "exit $?"
mkdir -p data/orders/2025
printf 'id,amount\n3,30\n4,\n' >data/orders/2025/02.csv
printf 'id,amount\n1,10.5\n2,20\n' >data/orders/2025/01.csv
echo "not a partition" >data/orders/README
echo "== read in the order of their names, with the name as a column"
mlflow-c catalog preview orders
mlflow-c run -q -p audit
cat data/counts.json; echo
mlflow-c catalog validate
mlflow-c catalog list
echo "== a partition with other columns"
printf 'id,amonut\n5,1\n' >data/orders/2025/03.csv
mlflow-c run -q -p audit
echo "exit $?"
printf 'id,amount\n5,many\n' >data/orders/2025/03.csv
mlflow-c run -q -p audit
echo "exit $?"
rm -r data/orders

echo "== written by a node: one file for each value"
sed -i '/load_args: {partition/d; s/load_args: {dtype: {amount: float64}}//; s/^  path: .*/&\n  save_args: {partition_by: paid}/' conf/base/catalog.yml
printf 'total: {type: json, filepath: data/total.json}\nletter: {type: text, filepath: data/letter.txt}\n' >>conf/base/catalog.yml
mlflow-c run -q -p shop
head -3 data/orders/*
ls -A data/orders data
echo "== the same again changes nothing, and is what a reader reads"
mlflow-c run -q -p shop --changed --json | jq -c '[.data.nodes[] | [.name, .status]]'
mlflow-c run -q -p audit
mlflow-c catalog lineage orders
echo "== partitions that are not written stay, unless overwrite: true"
echo "id,who,amount,paid,when" >data/orders/unknown.csv
mlflow-c run -q -p shop --params orders.rows=1
wc -l data/orders/*
sed -i 's/partition_by: paid/partition_by: paid, overwrite: true/' conf/base/catalog.yml
mlflow-c run -q -p shop --params orders.rows=1
ls data/orders
echo "== values that cannot be names, and columns that are not there"
sed -i 's/partition_by: paid/partition_by: who/' conf/base/catalog.yml
mlflow-c run -q -p shop
echo "exit $?"
sed -i 's/partition_by: who/partition_by: whom/' conf/base/catalog.yml
mlflow-c run -q -p shop
echo "exit $?"
ls -A data/orders
echo "== wrong entries"
sed -i 's/dataset: {type: csv, }/dataset: {type: json}/' conf/base/catalog.yml
mlflow-c validate
echo "exit $?"
sed -i 's/dataset: {type: json}/dataset: {type: csv, load_args: {sepp: x}}/; s/, overwrite: true/, overwrit: true/' conf/base/catalog.yml
mlflow-c validate
echo "exit $?"
sed -i 's/^  dataset: .*/  versioned: true/' conf/base/catalog.yml
mlflow-c validate
echo "exit $?"
