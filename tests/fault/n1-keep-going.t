# Without --keep-going nothing new starts after a failure; with it, branches that did not fail go on.
. "$REPO/tests/fault/kit.sh"
project
cat >conf/base/pipeline.yml <<END
main:
  nodes:
    - {name: bad, plugin: "faults:fails", outputs: {table: result}}
    - {name: behind, plugin: "faults:passes", inputs: {table: result}, outputs: {table: end}}
    - {name: other, plugin: "faults:good", outputs: {table: numbers}}
    - {name: other_end, plugin: "faults:passes", inputs: {table: numbers}, outputs: {table: copy}}
END
mlflow-c run -j 1
echo "exit $?"
unharmed
mlflow-c run -j 1 --keep-going
echo "exit $?"
diff -r before data
runs
