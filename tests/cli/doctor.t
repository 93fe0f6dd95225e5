# doctor looks at what runs depend on: what is well, what is worth knowing, what is wrong, each with a way out.
. "$REPO/tests/cli/kit.sh"
look()
{
	mlflow-c doctor "$@" >text
	code=$?
	sed "s|$PWD|HERE|; s|^\(ok  *program  *mlflow-c [0-9.]*\), .*|\1|; s|^\(ok  *compiler\) .*|\1|; s|^\(ok  *headers\) .*|\1|
		s|[0-9.]* [kMGT]*B are free|_ are free|; s|at [0-9a-f]\{12\}:|at _:|" text
	echo "exit $code"
}
echo "== outside of a project"
look -q
shop
echo "== a new one"
look
echo "== used, and under git"
mlflow-c run -q -p shop
git -c init.defaultBranch=main init -q .
git add -A
git -c user.name=a -c user.email=a@b commit -q -m begin
look
echo "== a plugin that others can write to, an environment that is not well, a damaged store"
chmod go+w build/nodes/shop.so
mkdir conf/odd
echo 'orders: {type: csvv}' >conf/odd/catalog.yml
echo 'a: b: c' >conf/odd/parameters.yml
dd if=/dev/zero of=runs/mlflow.db bs=4096 seek=3 count=20 conv=notrunc 2>/dev/null
look
echo "== only what is not well; the environment that is asked for"
look -q --conf odd
look -q --conf nowhere
mlflow-c doctor --json | jq -c '[.data[] | .state] | group_by(.) | map([.[0], length])'
echo "== without a compiler, and modules that are not there"
cp "$(command -v mlflow-c)" alone
CC=nothing ./alone doctor -q | sed "s|$PWD|HERE|"
echo "== a module whose library is not there"
mkdir -p lib/mlflow-c/datasets bin
cp alone bin/mlflow-c
echo 'no library' >lib/mlflow-c/datasets/postgres.so
bin/mlflow-c doctor -q | grep -A 1 postgres | sed "s|$PWD|HERE|"
