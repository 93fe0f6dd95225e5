# However often a node reports, a terminal is drawn ten times a second at most.
. "$REPO/tests/cli/paces.sh"
paces
terminal 80 'env -u MLFLOW_C_CLOCK mlflow-c run -p chatty' >said
drawn=$(grep -c 'running' said)
[ "$drawn" -ge 3 ] && [ "$drawn" -le 100 ] || echo "drawn $drawn times"
grep -q 'chatter  0\..s   [0-9]*%' said || cat said
terminal 80 'env -u MLFLOW_C_CLOCK mlflow-c run -p chatty' >said
grep -q 'last time' said && grep -q 'about 1s left' said && echo 'the second run knows the first'
