# Tags, notes, deletion and gc change what is on record, and nothing that is still needed goes.
. "$REPO/tests/cli/kit.sh"
shop
mlflow-c run -p shop -q -j 1 --name old
mlflow-c run -p shop -q -j 1 --name new
mlflow-c runs tag new team=risk stage=test
mlflow-c runs tag new --remove stage
mlflow-c runs show new --json | jq -c '.data.tags | {team, stage}'
mlflow-c runs note new "with the new prices"
mlflow-c runs note new
mlflow-c runs note new ""
mlflow-c runs note new
mlflow-c runs tag new =x; echo "exit $?"
mlflow-c runs tag new mlflow_c.status=ok; echo "exit $?"
mlflow-c runs tag new --remove none; echo "exit $?"
mlflow-c runs tag new; echo "exit $?"
mlflow-c runs delete old new
mlflow-c runs list; echo "exit $?"
mlflow-c runs list --deleted -q --plain | cut -f 1,2
mlflow-c runs gc --dry-run
mlflow-c runs gc --older-than 1d
mlflow-c runs gc
ls runs/default
mlflow-c runs restore new
mlflow-c runs list -q --plain | cut -f 1,2
mlflow-c runs gc --older-than soon; echo "exit $?"
echo "PRAGMA integrity_check; SELECT count(*) FROM tags WHERE run_uuid NOT IN (SELECT run_uuid FROM runs);" | sqlite3 runs/mlflow.db
