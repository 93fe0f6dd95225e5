# Every table of the loan project has a contract, and its models score within bands: linear 0.94 to 0.97, trees 0.965 or more.
. "$REPO/tests/cli/kit.sh"
loan
echo "== contracts are wanted of every table that is written, in base and in prod"
mlflow-c run -q --require-contracts --name base && mlflow-c run -q --require-contracts --conf prod --name prod
within base auc 0.94 0.97
within prod auc 0.94 0.97
rm conf/base/contracts/loans_clean.yml
mlflow-c run -q --require-contracts
echo "exit $?"
cp "$REPO/conf/base/contracts/loans_clean.yml" conf/base/contracts/
echo "== other books and other partings"
for seed in 3 4; do
	mlflow-c run -q --params generate.seed=$seed,features.seed=$seed --name "seed$seed"
	within seed$seed auc 0.94 0.97
done
echo "== boosted trees"
[ -f "$(dirname "$MLFLOW_C")/lib/mlflow-c/flavors/xgboost.so" ] || {
	echo "skipped: libxgboost is not here, so the flavor xgboost was not built: apt-get install libxgboost-dev" >&2
	exit 77
}
mlflow-c run -q --name trees --params train.flavor=xgboost
within trees auc 0.965 0.99
mlflow-c registry list -q --plain | cut -f 1-3 | head -n 2
