# The example with boosted trees: trained by a module, the same bytes each time, evaluated by the program alone.
. "$REPO/tests/cli/kit.sh"
module=$(dirname "$MLFLOW_C")/lib/mlflow-c/flavors/xgboost.so
[ -f "$module" ] || {
	echo "skipped: libxgboost is not here, so the flavor xgboost was not built: apt-get install libxgboost-dev" >&2
	exit 77
}
loan
trees='train.flavor=xgboost,train.options.n_estimators=40,train.options.max_depth=4'
file=data/06_models/loan_model/model.ubj
rounds() { jq -c '[.auc > 0.97, .accuracy > 0.92]' data/08_reporting/loan_report.json; }

echo "== better than the linear model, and champion"
mlflow-c run -q -j 2 --name linear
mlflow-c run -q -j 2 --name trees --params "$trees"
rounds
mlflow-c registry list -q --plain | cut -f 1-3
ls data/06_models/loan_model
sed -e '/^  inputs/d' -e 's/"xgb_version": "[0-9.]*"/"xgb_version": "_"/' data/06_models/loan_model/MLmodel
sed 's/>=.*/>=_/' data/06_models/loan_model/requirements.txt
mlflow-c runs show trees --json | jq -c '.data.params | with_entries(select(.key | test("train.(flavor|options)")))'

echo "== the same seed and threads, the same bytes; another seed, others"
for threads in 1 2; do
	for again in 1 2; do
		mlflow-c run -q -p training --params "$trees,train.options.subsample=0.7,train.options.colsample_bytree=0.5,train.options.nthread=$threads"
		mv $file "$threads-$again.ubj"
	done
	cmp "$threads-1.ubj" "$threads-2.ubj" && echo "$threads: the same"
done
mlflow-c run -q -p training --params "$trees,train.options.subsample=0.7,train.options.seed=5"
cmp -s $file 1-1.ubj || echo "others"

echo "== it stops early"
mlflow-c run -q -p training --params "$trees,train.options.n_estimators=3000,train.options.learning_rate=0.5,train.options.early_stopping_rounds=5,train.options.class_weight=balanced"
[ "$(wc -c <$file)" -lt 400000 ] && echo "long before 3000 rounds"
rounds

echo "== what is wrong"
wrong() { mlflow-c run -q -p training --params "train.flavor=xgboost,$1" 2>&1 | grep '^error\|help'; }
wrong train.options.max_dept=3
wrong train.options.max_depth=0
wrong train.options.objective=count:poisson
wrong train.options.objective=multi:softprob,train.options.scale_pos_weight=2
wrong train.options.tree_method=exact
wrong train.target=person_income
wrong train.options.early_stopping_rounds=3,train.options.validation_share=0.99

echo "== no module, and one that somebody else could have written"
mkdir -p place/lib/mlflow-c/flavors
cp "$MLFLOW_C" place/
elsewhere() { place/mlflow-c run -q -p training --params "$trees" 2>&1 | grep '^error\|help' | sed "s|$PWD/||g"; }
elsewhere
cp "$module" place/lib/mlflow-c/flavors/
chmod go+w place/lib/mlflow-c/flavors/xgboost.so
elsewhere
cp "$NODES/train.so" place/lib/mlflow-c/flavors/xgboost.so
chmod go-w place/lib/mlflow-c/flavors/xgboost.so
elsewhere
echo "== without the module a model predicts all the same"
rm -r place/lib
mlflow-c run -q -p training --params "$trees"
place/mlflow-c run -q -n evaluate && rounds

echo "== files that are no models of ours"
spoilt() {
	rm -rf data/06_models/loan_model/model.ubj
	printf "$1" >data/06_models/loan_model/model.ubj
	mlflow-c run -q -n evaluate 2>&1 | grep '^error\|help'
}
spoilt 'binf\0\0\0?'
spoilt '{L'
spoilt '{"learner": {}, "version": [1, 7, 4]}'
rm data/06_models/loan_model/model.ubj
ln -s /etc/hostname data/06_models/loan_model/model.ubj
mlflow-c run -q -n evaluate 2>&1 | grep '^error'
