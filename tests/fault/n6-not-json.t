# A json output that is no JSON fails the node.
. "$REPO/tests/fault/kit.sh"
project
cat >conf/base/pipeline.yml <<END
main:
  nodes:
    - {name: bad, plugin: "faults:not_json", outputs: {json: report}}
END
echo 'report: {type: json, filepath: data/report.json}' >conf/base/catalog.yml
mlflow-c run -j 1
echo "exit $?"
unharmed
