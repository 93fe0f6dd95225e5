# A plugin is looked for in the project and then beside the program; the project's own, built or not, goes first.
. "$REPO/tests/cli/kit.sh"
place() { rm -rf place; mkdir -p "place/$1" "place/$2/lib/mlflow-c/nodes" && cp "$MLFLOW_C" "place/$1/" && PATH="$PWD/place/$1:$PATH"; }
ship() { install -m 755 "$1" "place/lib/mlflow-c/nodes/$2.so"; }
shown() { sed "s|$PWD/||g; s|sha256 .*|sha256 HASH|"; }
shop
rm build/nodes/shop.so
echo "== as it is built: the program's folder"
place . .
mlflow-c validate
ship "$FIXTURES/shop.so" shop
mlflow-c validate && mlflow-c run -q -p audit,shop && cat data/counts.json && echo
mlflow-c node list
mlflow-c node describe shop:orders 2>&1 | shown | head -n 2
mlflow-c node run shop:orders --out table=one.csv && wc -l <one.csv
echo "== as it is installed: the folder above"
place bin .
ship "$FIXTURES/shop.so" shop
mlflow-c validate --json | jq -c .schema
mlflow-c run -q --changed && mlflow-c run --changed 2>&1 | tail -n 1 | sed 's/time=.*//'
echo "== the project has one of that name"
install -m 755 "$FIXTURES/shop.so" build/nodes/
ship "$FIXTURES/noop.so" noop
mlflow-c node list | cut -c 1-26
mlflow-c node list --json | jq -c '.data[] | [.name, .shipped]' | sed -n '1p;$p'
echo "== it has its source alone"
rm build/nodes/shop.so
mkdir nodes
echo 'not C' >nodes/shop.c
mlflow-c validate
mlflow-c node list
rm nodes/shop.c
echo "== a hook of such a plugin"
ship "$FIXTURES/hooks.so" hooks
mlflow-c node list --plain | grep hook: | head -n 2
echo "== somebody else could have written it"
chmod g+w place/lib/mlflow-c/nodes/shop.so
mlflow-c validate 2>&1 | shown
echo "== a project without a folder of sources has nothing to build"
chmod g-w place/lib/mlflow-c/nodes/shop.so
rmdir nodes
mkdir -p place/include && cp -r "$REPO/include/mlflow-c" place/include/
mlflow-c run -q --build && echo built
