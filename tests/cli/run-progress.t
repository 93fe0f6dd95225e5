# --progress and -q, -v, -vv say how much is told, and a log gets whole lines.
. "$REPO/tests/cli/paces.sh"
paces
said()
{
	echo "== $*"
	mlflow-c run "$@" -j 1 2>&1
	echo "exit $?"
}
said -p good
said -p good --progress none
said -p good -q
said -p bad --progress none
said -p bad -q
said -p telling -v
said -p good -vv --progress plain
said -p good --progress pretty
