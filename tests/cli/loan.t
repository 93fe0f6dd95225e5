# The example: from an invented loan book to a registered model, out of the box.
. "$REPO/tests/cli/kit.sh"
loan
auc='s/0\.9[456][0-9]*/0.95_/'
mlflow-c run -j 1 2>&1 | sed "$auc"
mlflow-c registry list --json | jq -r '.data[] | [.name, .version, (.aliases | join(",")),
	(.metrics.auc | . > 0.94 and . < 0.97), (.bytes > 0)] | @tsv'
mlflow-c registry list | sed "$auc; s/ [0-9.]* kB/ _ kB/"
mlflow-c registry list --plain -q | cut -f 1-3
mlflow-c registry list loan -q --plain | cut -f 1,2
mlflow-c registry list none
echo "exit $?"
find data -type f | sort
