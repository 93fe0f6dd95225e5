# --progress json: one object a line on stdout, hello first; stderr stays for people.
. "$REPO/tests/cli/paces.sh"
paces
mlflow-c run -p bad -j 1 --progress json >events
echo "exit $?"
jq -c 'del(.time, .error)' events
jq -e '.event and (.time | fromdateiso8601? // sub("\\.[0-9]+Z"; "Z") | . != null)' events | sort | uniq -c | tr -s ' '
mlflow-c run -p good -q -j 1 --progress json --json 2>said | jq -c '[.event, .schema, .node, .done]'
cat said
echo "a reader that goes away:"
(mlflow-c run -p good -q -j 1 --progress json; echo "exit $?" >&2) | head -n 1
mlflow-c run -p good -q -j 1 --progress json >/dev/full
echo "a full disk: exit $?"
