# A failure on a terminal: the node, the end of its log, its error, the count; also without UTF-8.
. "$REPO/tests/cli/paces.sh"
paces
terminal 80 'mlflow-c run -p bad -j 1' | grep -v '\[[0-9]/3\] \|\[36m'
terminal 200 'LC_ALL=C mlflow-c run -p bad -j 1 --color never' | grep -v '\[[0-9]/3\] \|^  [|/\\-] '
