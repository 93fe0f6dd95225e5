# catalog lineage tells from the record where a dataset came from and what was made of it, across runs.
. "$REPO/tests/cli/kit.sh"
say() { sed "s|  [0-9a-f]\{8\}|  _|; s|[0-9.]* kB|_ kB|"; }
loan
mlflow-c run -q -j 1 --name first -p data
mlflow-c run -q -j 1 --name second -p training
mlflow-c catalog lineage loan_model | say
mlflow-c catalog lineage loans --downstream | say
mlflow-c catalog lineage loans --upstream | say
# the same names, other content: what the second run read is no longer what there is
mlflow-c run -q -j 1 --name third -p data --params generate.seed=2
mlflow-c catalog lineage loan_model --upstream | say | tail -n 1
mlflow-c catalog lineage loans --downstream | say
# content that nobody made
sed -i 2d data/01_raw/loans.csv
mlflow-c run -q -j 1 --name fourth -p training
mlflow-c catalog lineage loan_model --upstream | say | tail -n 1
mlflow-c catalog lineage loan_model --upstream --json | jq -c '.data.upstream[] | [.depth, .dataset, .node, .run, .rows, (.hash | length), .output]'
mlflow-c catalog lineage loan_model --json | jq -c '.data | keys, (.downstream[-1] | del(.run_id))'
LC_ALL=C mlflow-c catalog lineage loans --downstream | head -n 4 | say
mlflow-c catalog lineage nothing; echo "exit $?"
