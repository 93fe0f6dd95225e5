# The node train searches for options: grid and chance, over folds; the same for any -j; the winner is fitted on all rows.
. "$REPO/tests/cli/kit.sh"
loan
cat >conf/base/pipeline.yml <<'END'
data:
  nodes:
    - {name: generate, plugin: loan_generate, outputs: {table: loans}, params: generate}
    - {name: clean, plugin: loan_clean, inputs: {table: loans}, outputs: {table: loans_clean}, params: clean}
    - {name: features, plugin: loan_features, inputs: {table: loans_clean}, outputs: {train: loans_train, test: loans_test}, params: features}
training:
  nodes: [{name: train, inputs: {table: loans_train}, outputs: {model: loan_model, trials: trials}, params: train}]
END
rm -r conf/base/contracts
echo 'trials: {type: csv, filepath: data/trials.csv}' >conf/base/catalog_trials.yml
printf 'git: false\nseed: 7\n' >conf/base/mlflow-c.yml
mlflow-c run -q -p data --params generate.rows=3000
train()
{
	echo "train: {target: loan_status, $1}" >conf/base/parameters_train.yml
	mlflow-c run -q -p training $2 2>&1 | grep '^error\|^  help: .*train'
}
sed -i '/^train:/,/^$/d' conf/base/parameters.yml

echo "== a grid"
train 'search: {folds: 4, metric: log_loss, space: {l2: [0.01, 1, 1e4], standardize: [true, false]}}'
cut -d , -f 1-3,4- data/trials.csv | sed 's/\(\.[0-9]\{5\}\)[0-9]*/\1/g'
mlflow-c runs show last --json | jq -c '.data.tags["search.best_options"], (.data.metrics | keys)'
echo "== the model of the winner is that of its options on all rows"
cp -r data/06_models/loan_model won
train 'l2: 0.01, standardize: false'
diff -r won data/06_models/loan_model && echo "the same bytes"

echo "== chance, and the same for any -j"
for jobs in 1 2; do
	train 'l2: 3, search: {method: random, n: 5, folds: 3, space: {l2: {low: 0.001, high: 1000, log: true}, max_iter: {low: 5, high: 50, int: true}}}' "-j $jobs"
	mv data/trials.csv $jobs.csv
done
cmp 1.csv 2.csv && sed 's/\(\.[0-9]\{4\}\)[0-9]*/\1/g' 1.csv
awk -F , 'NR > 1' 1.csv | grep -c max_iter

echo "== folds: each class in each of them"
train 'search: {folds: 2, metric: accuracy, space: {l2: [1]}}'
cut -d , -f 1,2 data/trials.csv

echo "== what is wrong"
for wrong in 'folds: 1, space: {l2: [1]}' 'method: bayes, space: {l2: [1]}' 'space: {}' 'space: {l2: 1}' \
	'space: {l2: {low: 1, high: 2}}' 'method: random, space: {l2: {low: 2, high: 1}}' 'metrics: auc, space: {l2: [1]}' \
	'metric: rmse, space: {l2: [1]}' 'space: {l2: [-1]}' 'space: {deep: [1]}' 'folds: 50, n: 0, space: {l2: [1]}'; do
	train "search: {$wrong}"
done
train 'options: 3'
echo "== too few rows"
head -n 3 data/04_feature/loans_train.csv >few && mv few data/04_feature/loans_train.csv
train 'search: {space: {l2: [1, 2]}}'
