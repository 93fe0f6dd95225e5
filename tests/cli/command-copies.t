# The braces of a command mean the same in every copy that foreach and include make of its node.
mkdir -p conf/base data
seq 5 >data/north.txt
seq 7 >data/south.txt
cat >conf/base/catalog.yml <<'YML'
north: {type: text, filepath: data/north.txt}
south: {type: text, filepath: data/south.txt}
"{place}.last": {type: text, filepath: "data/{place}_last.txt"}
YML
cat >conf/base/pipeline.yml <<'YML'
count:
  nodes:
    - {name: last, command: [sh, -c, 'tail -n $2 <"$0" >"$1"', "{input:lines}", "{output:last}", "{param:n}"],
       inputs: lines, outputs: last, params: last}
__default__:
  include:
    - {pipeline: count, namespace: north, inputs: {lines: north}}
    - {pipeline: count, namespace: south, inputs: {lines: south}}
each:
  nodes:
    - foreach: [north, south]
      name: copy_${item}
      command: [cp, "{input:${item}}", "{output:out}"]
      inputs: ["${item}"]
      outputs: {out: "${item}.last"}
YML
printf 'north: {last: {n: 1}}\nsouth: {last: {n: 2}}\n' >conf/base/parameters.yml
mlflow-c run -q -j 1
echo "exit $?"
head data/*_last.txt
mlflow-c run -q -j 1 -p each
echo "exit $?"
wc -l data/*_last.txt
