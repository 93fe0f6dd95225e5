# Broken contracts are exit 4: the data is not published, and what is behind is skipped.
. "$REPO/tests/cli/kit.sh"
shop
mlflow-c run -p shop -q -j 1
cp -r data before
mkdir conf/base/contracts
cat >conf/base/contracts/orders.yml <<END
apiVersion: v3.1.0
kind: DataContract
id: orders
version: 1.0.0
status: active
schema:
  - name: orders
    properties:
      - {name: id, logicalType: integer, required: true, unique: true}
      - {name: who, logicalType: string, required: true}
      - {name: amount, logicalType: number, logicalTypeOptions: {maximum: 1}}
END
mlflow-c run -p shop -j 1
echo "exit $?"
diff -r before data && echo "data: untouched"
mlflow-c run -j 1 -p audit
echo "exit $?"
mlflow-c runs list -q --plain | cut -f 2,3,7
