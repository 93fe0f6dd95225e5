# Outside of a project every command that needs one says so, and how to begin.
. "$REPO/tests/cli/kit.sh"
for command in run validate 'runs list' 'registry list' 'node list' 'node describe x' 'node run x'; do
	mlflow-c $command 2>message
	echo "$command: exit $?"
done
sed "s|$PWD|HERE|" message
mlflow-c --version
mlflow-c explain MLC0002 | head -n 1
mlflow-c run --project /nowhere
echo "exit $?"
shop
mkdir -p a/b
(cd a/b && mlflow-c validate)
mlflow-c --project a/b validate
MLFLOW_C_PROJECT=$PWD/a mlflow-c validate -q
echo "exit $?"
here=$PWD
cd / && mlflow-c validate --project "$here/a"
