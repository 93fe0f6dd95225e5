# Boosted trees for classes that are texts: two and more, kept in the file, said by predict, judged by evaluate.
. "$REPO/tests/cli/kit.sh"
[ -f "$(dirname "$MLFLOW_C")/lib/mlflow-c/flavors/xgboost.so" ] || {
	echo "skipped: libxgboost is not here, so the flavor xgboost was not built: apt-get install libxgboost-dev" >&2
	exit 77
}
mkdir -p conf/base build/nodes
for node in train evaluate; do
	install -m 755 "$NODES/$node.so" build/nodes/
done
awk 'BEGIN {
	print "x,z,two" >"two.csv"
	print "x,z,more" >"more.csv"
	split("blé,ash,oak", tree, ",")
	for (i = 0; i < 300; i++) {
		printf "%d,%d,%s\n", i, i * 7 % 30, (i * 7 % 30 > 14 ? "yes" : "no") >"two.csv"
		printf "%d,%d,%s\n", i, i * 7 % 30, tree[int(i / 100) + 1] >"more.csv"
	}
}'
for target in two more; do
	cat >>conf/base/catalog.yml <<YML
rows_$target: {type: csv, filepath: $target.csv}
model_$target: {type: model, filepath: $target}
report_$target: {type: json, filepath: $target.json}
YML
	cat >>conf/base/pipeline.yml <<YML
$target:
  nodes:
    - {name: train_$target, plugin: train, inputs: {table: rows_$target}, outputs: {model: model_$target}, params: train_$target}
    - {name: evaluate_$target, plugin: evaluate, inputs: {model: model_$target, table: rows_$target}, outputs: {report: report_$target}, params: evaluate_$target}
YML
done
cat >conf/base/parameters.yml <<'YML'
train_two: {target: two, flavor: xgboost, options: {n_estimators: 10}}
train_more: {target: more, flavor: xgboost, options: {n_estimators: 10, objective: "multi:softprob"}}
evaluate_two: {target: two}
evaluate_more: {target: more}
YML
for target in two more; do
	mlflow-c run -q -p $target
	jq -c '[.rows, .accuracy, .auc // .auc_macro]' $target.json
	grep -ao '"type":"utf8","classes":\[[^]]*\]' $target/model.ubj
	grep '^  *outputs:' $target/MLmodel
	mlflow-c predict -q --model $target $target.csv - | cut -d, -f 3,4 | sort | uniq -c
done
mlflow-c predict -q --model more more.csv - | head -n 1
echo "== MLflow's loader for trees knows no texts: the one in the folder does"
grep -c 'loader_module: "mlflow_c_model"\|"loader_module": "mlflow_c_model"' two/MLmodel more/MLmodel
echo "== the class that counts as 1: the one the score is for, or the other; none that there is not"
for positive in yes no YES; do
	mlflow-c run -q -p two -n evaluate_two --params "evaluate_two.positive='$positive'" 2>&1 | grep '^error'
	jq -c '[.auc, .rows]' two.json
done
echo "== also if no row of the first batches is of the other class"
awk 'BEGIN { print "x,z,two"; for (i = 0; i < 150000; i++) printf "%d,0,%s\n", i, (i < 140000 ? "yes" : "no") }' >two.csv
mlflow-c run -q -p two --params "evaluate_two.positive='no'"
jq -c '[.auc > 0.99, .recall > 0.9]' two.json
echo "== a class that the model does not know"
sed '7s/blé/elm/' more.csv >other.csv
mv other.csv more.csv
mlflow-c run -q -p more -n evaluate_more 2>&1 | grep '^error\|help'
echo "== too many for two"
mlflow-c run -q -p more -n train_more --params 'train_more.options.objective=binary:logistic' 2>&1 | grep '^error\|^  help: for'
echo "== a feature that is text"
mlflow-c run -q -p more -n train_more --params train_more.target=z 2>&1 | grep '^error\|^  help: m'
sed -i 's/flavor: xgboost, options: .*}/flavor: linear}/' conf/base/parameters.yml
mlflow-c run -q -p more -n train_more --params train_more.target=z 2>&1 | grep '^error\|^  help: m'
