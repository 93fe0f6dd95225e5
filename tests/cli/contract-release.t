# contract release checks quarantined rows again; those that pass go into the dataset, as a run of their own.
. "$REPO/tests/cli/kit.sh"
shop
mkdir conf/base/contracts
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
	      - {name: id, logicalType: integer, required: true, unique: true, customProperties: [{property: onFail, value: quarantine}]}
	      - name: amount
	        logicalType: number
	        logicalTypeOptions: {maximum: $1}
	        customProperties: [{property: onFail, value: quarantine}]
	END
}
contract 0.5
mlflow-c contract release orders
echo "exit $?"
mlflow-c run -p shop -q -j 1
show data/orders.csv data/quarantine/orders.csv
cp -r data before
echo "== as they are, they still do not pass"
mlflow-c contract release orders
echo "exit $?"
diff -r before data && echo "data: untouched"
echo "== one is corrected, one is still wrong, one takes an id that is there"
sed -e 's/0.6666666666666666/0.25/' -e 's/1.6666666666666667/0.125/; s/range,5,/range,1,/' data/quarantine/orders.csv >corrected.csv
mlflow-c contract release orders --file corrected.csv
echo "exit $?"
show data/orders.csv data/quarantine/orders.csv
echo "== the contract is changed, and part of the rows is meant"
contract 9
mlflow-c contract release orders --where '_row >= 6' --json | jq -c .data
mlflow-c contract release orders --where 'who=Nobody'
echo "exit $?"
show data/orders.csv data/quarantine/orders.csv
mlflow-c contract check
mlflow-c runs list -q --plain | cut -f 2-4,7
mlflow-c runs show brave-puffin -q --plain | grep -e made -e read
echo "== what is refused"
sed 's/range,/range,7,/; s/^_run_id,/_run,/' data/quarantine/orders.csv >wrong.csv
mlflow-c contract release orders --file wrong.csv
sed 's/,3,amount/,33,amount/' before/quarantine/orders.csv >wrong.csv
mlflow-c contract release orders --file wrong.csv
(cd data && mlflow-c contract release orders --file ../corrected.csv)
mlflow-c contract release orders --file absent.csv
mlflow-c contract release orders --where 'amount'
mlflow-c contract release orders --where 'age>3'
mlflow-c contract release euros
echo "exit $?"
find data -name '.*' -mindepth 1
