# A version is made again from its commit, its uncommitted changes and its inputs, byte for byte; what differs is named.
. "$REPO/tests/cli/kit.sh"
unset MLFLOW_C_SEED MLFLOW_C_CLOCK
export GIT_CONFIG_NOSYSTEM=1 HOME=$PWD/home CCACHE_DISABLE=1
say() { sed 's/commit [0-9a-f]\{12\}/commit _/; /^[if]/s/[0-9a-f]\{12\}/_/g'; }
cp -r "$REPO/conf" .
mkdir nodes
for node in loan_generate ingest loan_clean loan_features train evaluate register; do
	cp "$REPO/nodes/$node.c" nodes/
done
mlflow-c run --build -q --name bare
mlflow-c registry reproduce loan; echo "exit $?"
printf 'build/\nruns/\ndata/\n' >.gitignore
git init -q . && git add -A && git -c user.name=a -c user.email=a@b commit -qm one
mlflow-c run -q --name clean
mlflow-c registry reproduce loan | say
mlflow-c registry reproduce loan --json | jq -c '.data | [.version, .identical, .rows]'

# changed lines, a new file and a secret that no commit has
sed -i 's/l2: 1.0/l2: 3.0/' conf/base/parameters.yml
echo '/* late */' >>nodes/train.c
cp nodes/train.c nodes/train2.c
echo 'db_password: hunter2' >conf/base/credentials.yml
echo 'notes: {api_token: hunter2}' >conf/base/parameters_notes.yml
chmod 600 conf/base/credentials.yml
mlflow-c run --build -q --name dirty --seed 5 -p full --params train.max_iter=50
find runs/loan/dirty/artifacts/source -type f | sort
mlflow-c runs show dirty --json | jq -r '.data.tags["mlflow_c.source.left_out"]'
grep -rl hunter2 runs || echo no secret
rm conf/base/parameters_notes.yml
mv conf/base/credentials.yml .
git stash -q -u
mlflow-c registry reproduce loan@3 | say
mlflow-c registry reproduce loan@3 --worktree | say | grep -v '^metric\|^output'
git stash pop -q

# an input of the run
mlflow-c run -q --name train-only -p training
sed -i '2s/1/2/' data/01_raw/loans.csv
mlflow-c registry reproduce loan 2>&1 | sed "s/read [0-9a-f]*/read _/"
mlflow-c registry reproduce loan --worktree | say | grep '^differs\|^input\|^source'
rm data/01_raw/loans.csv
mlflow-c registry reproduce loan 2>&1 | sed 's/read [0-9a-f]*/read _/'
mlflow-c registry reproduce loan --worktree 2>/dev/null; echo "exit $?"
# what lies beside the project would be another file seen from the scratch folder
mkdir -p ../raw raw && cp .gitignore ../raw/x.csv && echo mine >raw/x.csv
sqlite3 runs/mlflow.db "UPDATE mlc_data SET path = '../../../raw/x.csv' WHERE output = 0 AND path = 'data/01_raw/loans.csv'"
mlflow-c registry reproduce loan --worktree; echo "exit $?"
cat raw/x.csv
ls -A runs | grep reproduce
mlflow-c registry list -q --plain | cut -f 2,5
