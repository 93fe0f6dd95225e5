# pipeline list, show and graph look at pipelines without their plugins.
. "$REPO/tests/cli/kit.sh"
cp -r "$REPO/conf" .
try pipeline list
try pipeline list --plain -q
try pipeline show
try pipeline show data
try pipeline show dat
try pipeline graph
try pipeline graph data --format dot
try pipeline graph data --format mermaid
try pipeline graph data --format svg
try pipeline graph data --format jsno
try pipeline graph --format svg --json
echo "== json"
mlflow-c pipeline list --json | jq -c '.schema, .data[]'
mlflow-c pipeline show training --json | jq -c '.data.description, .data.nodes[0, 5]'
mlflow-c pipeline graph data --json | jq -c .
mlflow-c pipeline graph data --format json | jq -c .schema
mlflow-c pipeline show none --json | jq -c .data[0].message
echo "== names that mean something to a form, formats and parameters"
cat >conf/base/pipeline.yml <<'END'
odd:
  nodes:
    - {name: a, inputs: [b-2, x@csv], outputs: [new.line, y]}
    - {name: b, inputs: [x@json, y, "params:c"], outputs: [v0]}
END
for form in text dot mermaid svg; do
	mlflow-c pipeline graph --format $form | grep -v '^<style\|^text \|^\.\|^<defs\|^<path'
done
mlflow-c pipeline graph --json | jq -c '.data.vertices[]'
echo "== files that are wrong"
echo 'a: {nodes: [{name: x, inputs: p, outputs: p}], nodse: 1}' >conf/base/pipeline.yml
try pipeline list
try pipeline show a
: >conf/base/pipeline.yml
try pipeline list
try pipeline show
