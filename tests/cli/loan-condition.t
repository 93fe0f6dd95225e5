# The alias moves to a new version only if the condition of the register node holds.
. "$REPO/tests/cli/kit.sh"
loan
mlflow-c run -q -j 2
mlflow-c run -j 2 --params train.l2=100000 2>&1 | grep '^model' | sed 's/0\.[0-9]*/0._/g'
mlflow-c registry list -q --plain | cut -f 1-3
