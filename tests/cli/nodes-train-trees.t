# The node train searches among boosted trees, which stop early in every fit; the same bytes for any -j.
. "$REPO/tests/cli/kit.sh"
module=$(dirname "$MLFLOW_C")/lib/mlflow-c/flavors/xgboost.so
[ -f "$module" ] || {
	echo "skipped: libxgboost is not here, so the flavor xgboost was not built: apt-get install libxgboost-dev" >&2
	exit 77
}
loan
rm -r conf/base/contracts
printf 'git: false\nseed: 7\n' >conf/base/mlflow-c.yml
sed -i '/^train:/,/^$/d' conf/base/parameters.yml
sed -i 's/outputs: {model: loan_model}/outputs: {model: loan_model, trials: trials}/' conf/base/pipeline.yml
echo 'trials: {type: csv, filepath: data/trials.csv}' >conf/base/catalog_trials.yml
cat >conf/base/parameters_train.yml <<'END'
train:
  target: loan_status
  flavor: xgboost
  options: {n_estimators: 500, learning_rate: 0.3, nthread: 1}
  search:
    method: random
    n: 3
    folds: 3
    metric: auc
    early_stopping: 5
    space: {max_depth: {low: 2, high: 6, int: true}, subsample: [0.7, 1.0], min_child_weight: {low: 0.5, high: 8, log: true}}
END
for jobs in 1 2; do
	mlflow-c run -q -j $jobs -p full --params generate.rows=2000 2>&1 | grep '^error'
	mv data/trials.csv $jobs.csv
	mv data/06_models/loan_model/model.ubj $jobs.ubj
done
cmp 1.csv 2.csv && cmp 1.ubj 2.ubj && echo "the same bytes"
[ "$(wc -c <1.ubj)" -lt 200000 ] && echo "long before 500 rounds"
tail -n +2 1.csv | sed 's/.*"{""max_depth"": \([2-6]\), ""subsample"": \(0.7\|1\).*}",0.9.*/depth \1, a share of \2/'
mlflow-c runs show last --json | jq -c '.data.tags["search.best_options"] | fromjson | keys'
mlflow-c runs show last --json | jq -c '[.data.metrics.search_rounds | . > 5 and . < 200]'
grep -ao 'early_stopping[a-z_"]*: *[0-9]*' 1.ubj
jq '.auc > 0.95' data/08_reporting/loan_report.json
echo "== linear models have no rounds; not both"
sed -i 's/flavor: xgboost/flavor: linear/; s/options: .*/options: {}/; s/space: .*/space: {l2: [1]}/' conf/base/parameters_train.yml
mlflow-c run -q -p training 2>&1 | grep '^error'
sed -i 's/flavor: linear/flavor: xgboost/; s/options: .*/options: {early_stopping_rounds: 3}/; s/space: .*/space: {max_depth: [3]}/' conf/base/parameters_train.yml
mlflow-c run -q -p training 2>&1 | grep '^error'
