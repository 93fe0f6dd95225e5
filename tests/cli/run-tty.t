# On a terminal finished lines stay, what runs is drawn over, and no colour is left on.
. "$REPO/tests/cli/paces.sh"
paces
terminal 80 'mlflow-c run -p good -j 1'
terminal 200 'mlflow-c run -p good -j 1 --color never'
terminal 200 'mlflow-c run -p telling -v --color never'
