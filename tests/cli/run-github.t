# On GitHub: secrets masked, nothing a node prints is obeyed, marks on files, a page about the run.
. "$REPO/tests/cli/paces.sh"
paces
mkdir -p conf/local
printf 'store: {user: me, password: "one, two%%", key: "line one\\nline two"}\n' >conf/local/credentials.yml
chmod 600 conf/local/credentials.yml
export GITHUB_ACTIONS=true GITHUB_WORKSPACE=${PWD%/*} GITHUB_STEP_SUMMARY=$PWD/page.md
mlflow-c run -p bad -j 1
echo "exit $?"
cat page.md
echo "== without annotations"
mlflow-c run -p bad -j 1 --no-annotations 2>&1 | grep '^::'
echo "== errors before the run"
sed -i 's/paces:tempts/paces:tempt/; s/json: way/jsonn: way/' conf/base/pipeline.yml
unset GITHUB_WORKSPACE
mlflow-c run -p bad 2>&1 | grep '^::'
