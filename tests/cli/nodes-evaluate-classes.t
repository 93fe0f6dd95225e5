# The node evaluate judges models of many classes; classes that a model does not know are errors.
module=$(dirname "$MLFLOW_C")/lib/mlflow-c/flavors/xgboost.so
[ -f "$module" ] || {
	echo "skipped: libxgboost is not here, so there is no flavor of many classes: apt-get install libxgboost-dev" >&2
	exit 77
}
mkdir -p conf/base build/nodes data
install -m 755 "$NODES/evaluate.so" "$FIXTURES/oracle.so" build/nodes/
echo 'git: false' >conf/base/mlflow-c.yml
cat >conf/base/catalog.yml <<'END'
known: {type: csv, filepath: data/known.csv}
table: {type: csv, filepath: data/table.csv}
model: {type: model, filepath: data/model}
report: {type: json, filepath: data/report.json}
slices: {type: csv, filepath: data/slices.csv}
confusion: {type: csv, filepath: data/confusion.csv}
END
cat >conf/base/pipeline.yml <<'END'
train: {nodes: [{name: oracle, inputs: {table: known}, outputs: {model: model}, params: oracle}]}
judge:
  nodes: [{name: evaluate, inputs: {model: model, table: table}, outputs: {report: report, slices: slices, confusion: confusion}, params: evaluate}]
END
cat >conf/base/parameters.yml <<'END'
oracle: {flavor: xgboost, options: '{"objective": "multi:softprob", "n_estimators": 20}'}
evaluate: {target: truth, slices: [half], pictures: true}
END
# 0..9 is class 3, 10..19 class 5, 20..29 class 11; every tenth row is of the next class
awk 'BEGIN { c[0] = 3; c[1] = 5; c[2] = 11; print "said,truth,half"; for (i = 0; i < 300; i++)
	print i % 30 "," c[(int(i % 30 / 10) + (i % 7 == 0)) % 3] "," (i < 150) }' >data/known.csv
cp data/known.csv data/table.csv
mlflow-c run -q -p train && mlflow-c run -q -p judge
cat data/confusion.csv
jq -c '[.accuracy, .f1_macro > 0.8, .kappa > 0.7, .auc_macro > 0.9, .log_loss < 0.6, (.intervals | keys)]' data/report.json
jq -c '.classes[] | [.class, .rows, .recall > 0.8, .auc > 0.9]' data/report.json
cut -d , -f 1-4 data/slices.csv | grep 'accuracy\|log_loss'
ls runs/default/*/artifacts | grep evaluation
echo "== a class that is new, and one that does not occur"
printf 'said,truth,half\n1,3,1\n25,11,0\n' >data/table.csv
mlflow-c run -q -p judge
jq -c '[.accuracy, .f1_macro, .auc_macro > 0.9]' data/report.json
printf 'said,truth,half\n1,3,1\n2,4,1\n' >data/table.csv
mlflow-c run -q -p judge 2>&1 | grep '^error'
