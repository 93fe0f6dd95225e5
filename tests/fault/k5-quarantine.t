# A dataset and its quarantine are published as one: whenever a run is killed, no row is in both or in neither.
. "$REPO/tests/cli/kit.sh"
shop
N=20000
mkdir conf/base/contracts
sed -i "s/rows: 6/rows: $N/" conf/base/parameters.yml
contract()
{
	cat >conf/base/contracts/orders.yml <<-END
	apiVersion: v3.1.0
	kind: DataContract
	id: orders
	version: 1.0.0
	status: active
	schema:
	  - name: orders
	    properties:
	      - name: amount
	        logicalType: number
	        logicalTypeOptions: {maximum: $1}
	        customProperties: [{property: onFail, value: quarantine}]
	END
}
# The ids of both files together, each once, and nothing hidden beside them.
whole()
{
	mlflow-c runs list -q --plain >list 2>/dev/null || echo "runs list: exit $?"
	{
		sed -n 's/^\([0-9][0-9]*\),.*/\1/p' data/orders.csv
		awk -F , '$2 ~ /^[0-9]+$/ { print $4 }' data/quarantine/orders.csv
	} | sort -n >ids
	[ "$(uniq ids | wc -l) $(wc -l <ids)" = "$N $N" ] || echo "$1: $(uniq ids | wc -l) of $(wc -l <ids) ids"
	find data -name '.*' -mindepth 1
}
printf 'orders__quarantine: {type: csv, filepath: data/quarantine/orders.csv}\n' >>conf/base/catalog.yml
contract 3000
mlflow-c run -n orders -p shop -q 2>/dev/null
whole "before"
for ms in 015 020 025 030 040 050; do
	case $ms in *5) contract 5000 ;; *) contract 1000 ;; esac
	mlflow-c run -n orders -p shop -q 2>/dev/null &
	sleep 0.$ms
	kill -KILL $! 2>/dev/null
	wait 2>/dev/null
	whole "after $ms ms"
done
echo "killed; every row is there once"
