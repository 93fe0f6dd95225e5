# Versions are promoted, tagged, described, compared, verified, fetched and deleted.
. "$REPO/tests/cli/kit.sh"
unset LOGNAME LNAME USERNAME
export USER=ada
loan
mlflow-c run -q -j 2 --name first
mlflow-c run -q -j 2 --name second --params train.l2=100000
mlflow-c registry versions loan | sed 's/[0-9a-f]\{12\}$/_/'
mlflow-c registry promote loan@2 --if 'auc > current' 2>text; echo "exit $?"
sed 's/0\.[0-9]*/0._/g' text
mlflow-c registry promote loan@2 --to staging
mlflow-c registry promote loan --stage Production; echo "exit $?"
mlflow-c registry promote loan@1 --stage production --yes
mlflow-c registry promote loan@2 --to champion --stage production --yes
mlflow-c registry alias loan@2 v2; echo "exit $?"
mlflow-c registry alias loan@2 7; echo "exit $?"
mlflow-c registry show loan@0; echo "exit $?"
mlflow-c registry promote loan@2 --if 'auc > 0.5' --stage Staging; echo "exit $?"
mlflow-c registry promote loan@2 --stage Production --yes
mlflow-c registry alias loan@1 staging --remove; echo "exit $?"
mlflow-c registry alias loan@2 staging --remove
mlflow-c registry alias loan staging --remove; echo "exit $?"
mlflow-c registry alias loan | sed 's/0\.[0-9]*/0._/'
mlflow-c registry alias loan --json | jq -c '.data[0] | [.alias, .version, .previous, .who]'
mlflow-c registry tag loan team=risk
mlflow-c registry tag loan@2 audited=yes by=eve
mlflow-c registry tag models:/loan/2 --remove by
mlflow-c registry tag loan@2 --remove by; echo "exit $?"
mlflow-c registry describe loan "who pays back"
mlflow-c registry describe loan@champion "too smooth"
mlflow-c registry describe loan
mlflow-c registry show models:/loan@champion | grep -E '^(alias|stage|about|purpose|audited|team|auc)' | sed 's/0\.[0-9]*/0._/'
mlflow-c registry show loan/Archived --json | jq -c '.data | [.version, .stage, .aliases, .files[].file, (.signature | length), .params["train.l2"]]'
mlflow-c registry diff loan@1 loan@2 | grep -v '^metric' | sed 's/[0-9a-f]\{12\}/_/g'
mlflow-c registry diff loan@1 loan@1 --exit-code; echo "exit $?"
mlflow-c registry diff loan@1 loan@2 --exit-code -q >/dev/null; echo "exit $?"
mlflow-c registry show laon; echo "exit $?"
mlflow-c registry show loan@7; echo "exit $?"
mlflow-c registry show loan@best; echo "exit $?"
mlflow-c registry show loan/Staging; echo "exit $?"

mlflow-c registry verify
mlflow-c registry download loan@1 out/model
ls out out/model
mlflow-c registry download loan@1 out/model; echo "exit $?"
cmp out/model/linear.json runs/loan/first/artifacts/loan/linear.json && echo same
echo >>runs/loan/second/artifacts/loan/linear.json
mlflow-c registry verify; echo "exit $?"
mlflow-c registry download loan out/other; echo "exit $?"
ls -A out
rm runs/loan/second/artifacts/loan/linear.json
mlflow-c registry verify loan@2 --json | jq -c '.data[]'
rm -r runs/loan/second/artifacts
mlflow-c registry verify loan@2 --plain -q; echo "exit $?"

mlflow-c registry delete loan@2 </dev/null; echo "exit $?"
mlflow-c registry delete loan@2 --yes
mlflow-c registry list -q --plain | cut -f 1-3
mlflow-c registry alias loan | head -2 | cut -c 19-
mlflow-c runs delete second
mlflow-c registry show loan@2; echo "exit $?"
mlflow-c registry delete loan --yes
mlflow-c registry list; echo "exit $?"
mlflow-c run -q -j 2 --name third
mlflow-c registry list -q --plain | cut -f 1-3
