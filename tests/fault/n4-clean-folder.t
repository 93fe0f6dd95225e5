# Each attempt has an empty working folder, whatever an earlier one left there.
. "$REPO/tests/fault/kit.sh"
project
{
	echo 'main:'
	echo '  nodes:'
	for n in 1 2 3 4 5 6 7 8; do
		echo "    - {name: n$n, plugin: \"faults:litters\", outputs: {table: t$n}}"
	done
} >conf/base/pipeline.yml
mlflow-c run -j 1
echo "exit $?"
find . -name litter
