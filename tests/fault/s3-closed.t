# A terminal or a reader that goes away changes nothing for the run.
. "$REPO/tests/cli/paces.sh"
paces
mlflow-c run -p good -j 1 --name events --progress json 2>&1 | head -n 1 | jq -r .event
mlflow-c run -p good -j 1 --name talk 2>&1 | head -n 0
mlflow-c run -p good -j 1 --name closed --progress json >&- 2>&-
echo "closed: exit $?"
mlflow-c runs list --plain -q | cut -f 1,2,7
