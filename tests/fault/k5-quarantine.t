# A dataset and its quarantine are published as one: whenever a run is killed, no row is in both or in neither.
. "$REPO/tests/fault/kit.sh"
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
began=$(date +%s%3N)
mlflow-c run -n orders -p shop -q 2>/dev/null
span=$((($(date +%s%3N) - began) * 3 / 2))
whole "before"
moved=0
for n in $(seq 20); do
	# another contract each time, so that each run that ends leaves other files
	contract $((1000 + n))
	before=$(sha256sum data/orders.csv)
	mlflow-c run -n orders -p shop -q 2>/dev/null &
	moment $n $span
	kill -KILL $! 2>/dev/null
	wait 2>/dev/null
	whole "kill $n"
	[ "$before" = "$(sha256sum data/orders.csv)" ] || moved=$((moved + 1))
done
[ $moved -gt 1 ] && [ $moved -lt 20 ] && echo "some runs had published, some had not"
echo "killed; every row is there once"
