# In 40 columns what does not fit is left out, and no live line is wrapped.
. "$REPO/tests/cli/paces.sh"
paces
terminal 40 'mlflow-c run -p good -j 1 --color never'
terminal 20 'mlflow-c run -p good -j 1 --color never -n wander'
