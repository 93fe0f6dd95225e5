# A reader that has seen enough is no error; a disk that is full, or a closed stdout, is.
. "$REPO/tests/cli/kit.sh"
shop
mlflow-c run -p shop -q -j 1
mlflow-c run -p shop --dry-run | head -n 1
(mlflow-c explain; echo "exit $?" >&2) | head -n 1
for command in 'runs list' explain 'run --dry-run' --version --help 'node list --json'; do
	mlflow-c $command >/dev/full
	echo "$command >/dev/full: exit $?"
	mlflow-c $command >&-
	echo "$command >&-: exit $?"
done
mlflow-c run -p shop -q -j 1 --json >/dev/full
echo "run --json >/dev/full: exit $?"
mlflow-c run -p shop -q -j 1 >&- 2>&- <&-
echo "run, all closed: exit $?"
mlflow-c runs list -q --plain | cut -f 2,7
