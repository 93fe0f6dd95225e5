# A folder of contracts is one contract: each owner promises a part, and all of it is checked.
. "$REPO/tests/cli/kit.sh"
shop
mkdir -p conf/base/contracts/orders
part()
{
	cat <<-END
	apiVersion: v3.1.0
	kind: DataContract
	id: orders.$1
	version: 1.0.0
	status: active
	schema:
	  - name: orders
	    properties:
	END
	cat
}
part sales >conf/base/contracts/orders/sales.yml <<END
      - {name: id, logicalType: integer, required: true, unique: true}
      - {name: amount, logicalType: number, logicalTypeOptions: {minimum: 0}}
END
part finance >conf/base/contracts/orders/finance.yml <<END
      - {name: amount, logicalType: number, logicalTypeOptions: {maximum: 1.5}, customProperties: [{property: onFail, value: quarantine}]}
END
mlflow-c run -p shop -q -j 1 --changed
echo "exit $?"
mlflow-c contract check
tail -n 1 data/quarantine/orders.csv | cut -d , -f 2,3
mlflow-c catalog list --plain -q | grep ^orders
echo "== a part that changes is a change"
mlflow-c run -p shop -j 1 --changed --dry-run 2>&1 | grep -c cached
sed -i 's/1.5/1.6/' conf/base/contracts/orders/finance.yml
mlflow-c run -p shop -j 1 --changed --dry-run 2>&1 | grep 'orders'
echo "== what cannot be"
sed -i 's/amount, logicalType: number/amount, logicalType: string/; s/, logicalTypeOptions.*/}/' conf/base/contracts/orders/finance.yml
mlflow-c contract check
echo "exit $?"
cp conf/base/contracts/orders/sales.yml conf/base/contracts/orders.yml
mlflow-c contract check
echo "exit $?"
rm conf/base/contracts/orders.yml conf/base/contracts/orders/*
mlflow-c contract check
echo "exit $?"
echo "== contract diff knows folders, today's and those of a revision"
part sales >conf/base/contracts/orders/sales.yml <<END
      - {name: id, logicalType: integer, required: true, unique: true}
END
part finance >conf/base/contracts/orders/finance.yml <<END
      - {name: amount, logicalType: number, logicalTypeOptions: {maximum: 1.5}}
END
git init -q . && git add conf && git -c user.name=a -c user.email=a@b commit -qm one
sed -i 's/1.5/2.5/' conf/base/contracts/orders/finance.yml
mlflow-c contract diff orders --against HEAD
cp -r conf/base/contracts/orders old
sed -i '/unique/d' old/sales.yml
mlflow-c contract diff orders --against old
mkdir none
mlflow-c contract diff orders --against none
mv conf/base/contracts/orders/sales.yml conf/base/contracts/orders.yml
rm -r conf/base/contracts/orders
mlflow-c contract diff orders --against HEAD
mlflow-c contract diff orders --against HEAD~5 2>&1 | grep -v ^fatal
