# A program writes a model folder, registers it, and is told where the model of another node is.
. "$REPO/tests/cli/kit.sh"
loan
mlflow-c run -q -j 1
cat >conf/base/pipeline_copy.yml <<'YML'
copy:
  nodes:
    - name: copy
      command: [sh, -c, 'cp -r "$0" "$1" && echo "$2" >>"$MLFLOW_C_REPORT"', "{input:model}", "{output:copy}",
        '{"register": "copied", "port": "copy", "alias": "champion"}']
      inputs: {model: loan_model}
      outputs: {copy: loan_copy}
    - {name: look, command: [test, -f, "{input:m}/MLmodel"], inputs: {m: loan_copy}}
YML
echo 'loan_copy: {type: model, filepath: data/06_models/copy}' >conf/base/catalog_copy.yml
mlflow-c run -p copy -j 1
echo "exit $?"
diff -r data/06_models/loan_model data/06_models/copy && echo 'the same folder'
mlflow-c registry list --json | jq -c '.data[] | [.name, .version, .aliases]'
echo '== in this process, and in memory'
rm conf/base/catalog_copy.yml
sed -i 's/outputs: {copy: loan_copy}/&\n      types: {copy: model}/; s/inputs: {m: loan_copy}/&, types: {m: model}/' conf/base/pipeline_copy.yml
mlflow-c run -p copy -j 1 -q --in-process
echo "exit $?"
mlflow-c run -p copy -j 1 -q
echo "exit $?"
mlflow-c registry list --json | jq -c '.data[] | [.name, .version, .aliases]'
echo '== a port that is no model'
sed -i 's/"port": "copy"/"port": "nothing"/' conf/base/pipeline_copy.yml
mlflow-c run -p copy -j 1 -q
echo "exit $?"
