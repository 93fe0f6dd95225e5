# Ten annotations of a kind are all that GitHub shows: nine, and how many more there are.
. "$REPO/tests/cli/paces.sh"
paces
{
	printf 'many:\n  nodes:\n'
	for i in 1 2 3 4 5 6 7 8 9 10 11 12; do
		echo "    - {name: tempt_$i, plugin: 'paces:tempts', outputs: {json: apple_$i}}"
	done
	for i in $(seq 101); do
		echo "    - {name: walk_$i, plugin: 'paces:walks', outputs: {json: way_$i}}"
	done
} >conf/base/pipeline.yml
export GITHUB_ACTIONS=true GITHUB_STEP_SUMMARY=$PWD/page.md
mlflow-c run -k -j 1 2>&1 | grep -c '^::error file='
mlflow-c run -k -j 1 2>&1 | grep '^::error title='
grep -c mermaid page.md
head -c 920000 /dev/zero | tr '\0' x >page.md
mlflow-c run -k -j 1 2>/dev/null
wc -c <page.md
