# node run reads and writes models, in the project and elsewhere.
. "$REPO/tests/cli/kit.sh"
loan
mlflow-c run -q
out=$(mktemp -d)
mlflow-c node run train --in table=data/04_feature/loans_train.csv --out model="$out/model" 2>/dev/null && ls "$out/model"
cmp "$out/model/linear.json" data/06_models/loan_model/linear.json && echo "the one of the run"
mlflow-c node run evaluate --in model="$out/model",table=data/04_feature/loans_test.csv --out report=report.json 2>/dev/null | grep '^auc'
mlflow-c node run evaluate --in model=data/06_models/loan_model --in table=data/04_feature/loans_test.csv --out report=again.json 2>/dev/null | grep '^auc'
mlflow-c node run evaluate --in model=data,table=data/04_feature/loans_test.csv --out report=none.json
echo "exit $?"
rm -r "$out"
