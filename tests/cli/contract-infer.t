# contract infer proposes a contract that the data keeps, whatever its columns and values are called.
. "$REPO/tests/cli/kit.sh"
shop
mlflow-c contract infer orders
echo "exit $?"
mlflow-c run -p shop -q -j 1
mkdir conf/base/contracts
mlflow-c contract infer orders | tee conf/base/contracts/orders.yml
mlflow-c contract check
echo "== awkward names and values"
{
	echo '"yes","a: b","#c",1,null,"x y"'
	i=0
	while [ $((i += 1)) -le 60 ]; do
		echo "no,\"- it's \"\"so\"\"\",-0.66,$i,,$((-i)).5"
	done
} >data/orders.csv
mlflow-c contract infer orders >conf/base/contracts/orders.yml
cat conf/base/contracts/orders.yml
mlflow-c contract check
sed -i 's/-0.66/-0.71/' data/orders.csv
mlflow-c contract check 2>&1 | tail -n 1
mlflow-c contract infer orders --json | jq -c '.schema, .data.rows'
mlflow-c contract infer total
echo "exit $?"
