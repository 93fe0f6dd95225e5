# run --build compiles what changed before it runs, and only that.
. "$REPO/tests/cli/kit.sh"
shop
mkdir nodes
cp "$REPO/tests/nodes/shop.c" nodes/
mlflow-c run -q -j 1 --build --nodes orders
echo "exit $?"
sed -i 's/orders in %s/orders today, in %s/' nodes/shop.c
mlflow-c run -j 1 --nodes orders 2>&1 | head -n 1
mlflow-c run -j 1 --build --nodes orders
echo "exit $?"
cat runs/default/*/logs/orders.log
echo 'this is no C' >nodes/shop.c
mlflow-c run --build 2>/dev/null
echo "exit $?"
ls -A build/nodes
