# The workflows of a new project do on a machine what they say: they build, test, retrain, keep the registry, and show exit codes.
. "$REPO/tests/cli/kit.sh"
umask 022
mlflow-c new p --template loan >new
cd p || exit
workflow() { timeout 200 "$REPO/scripts/workflow" ".github/workflows/$1" 2>&1; echo "workflow: $?"; }
# what of it is the same every time
seen() { grep -E '^(--|ok  |registered|restored|no cache|kept|error|workflow|mlflow-c run ended|loan  )' | sed -E 's/  +/ /g; s/ [a-z]+-[a-z]+ [0-9-]+ [0-9:]+ .*//'; }

echo '== every push'
workflow ci.yml | seen

echo '== retraining, three times: the cache hands the registry on'
GITHUB_RUN_ID=1 workflow retrain.yml | seen
rm -rf runs data
GITHUB_RUN_ID=2 workflow retrain.yml | seen
rm -rf runs data
sed -i 's/{metric: rowCount, mustBeGreaterOrEqualTo: 1000}/{metric: rowCount, mustBeGreaterOrEqualTo: 1000000}/' conf/base/contracts/loans_train.yml
GITHUB_RUN_ID=3 workflow retrain.yml | seen
grep -E 'ended with|loans_train' build/workflow/summary.md
ls build/workflow/artifacts/runs build/workflow/cache

echo '== the hook of git: what does not build, is not valid or fails its tests is not committed'
git init -q .
git config user.name somebody && git config user.email somebody@example.org
make -s hook
git add -A
git commit -q -m 'all' >commit 2>&1; echo "commit: $?"
sed -i 's/mustBeGreaterOrEqualTo: 1000000/mustBeGreaterOrEqualTo: many/' conf/base/contracts/loans_train.yml
git commit -q -a -m 'wrong' >commit 2>&1; echo "commit: $?"
grep -c 'error\[' commit
git log --format=%s

echo '== those of the repository, as they are read; bare machines do them in make newcomer. And what is not known'
for file in ci nightly retrain; do
	echo "$file.yml"
	timeout 20 "$REPO/scripts/workflow" -n "$REPO/.github/workflows/$file.yml" 2>&1
done
for change in 's/cache.save@v4/setup-python@v5/' 's/github.run_id/secrets.KEY/' 's/shell: bash/shell: fish/'; do
	sed "$change" .github/workflows/retrain.yml >w.yml
	timeout 20 "$REPO/scripts/workflow" w.yml 2>&1
done
