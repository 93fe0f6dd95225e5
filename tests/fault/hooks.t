# A hook that fails is a warning; one that is required fails its node or the run. Neither leaves a trace.
. "$REPO/tests/fault/kit.sh"
project
install -m 755 "$FIXTURES/hooks.so" build/nodes/
# Runs the pipeline with faults:$node and the hooks $@.
try()
{
	echo "== $1"
	shift
	printf 'hooks:\n' >conf/base/mlflow-c.yml
	for hook; do echo "  - {$hook}"; done >>conf/base/mlflow-c.yml
	pipeline "${node-good}" >conf/base/pipeline.yml
	mlflow-c run -j 1 --json ${flags-} >out.json 2>err
	echo "exit $?"
	grep -v '^03:00:00.*\(ok \|start\|done\|skipped\)' err
	jq -r '.data | .status, .warnings // empty | if type == "array" then .[] else . end' out.json
	if diff -r before data >/dev/null; then echo 'data: untouched'; else echo 'data: new'; fi
	rm -rf data && cp -r before data
}
bad='nodes: bad'
try 'a program that fails' "on: after_node, $bad, command: [sh, -c, 'exit 3']"
try 'a program that is killed' "on: before_node, $bad, command: [sh, -c, 'kill -9 \$\$']"
try 'a program that hangs' "on: after_save, datasets: result, timeout: 200ms, command: [sleep, '60']"
try 'a program that leaves others' "on: after_save, datasets: result, command: [sh, -c, 'sleep 60 &']"
try 'a function that fails' "on: before_save, datasets: result, plugin: hooks:fails"
try 'a function that crashes' "on: before_node, $bad, plugin: hooks:crashes"
try 'a function that hangs' "on: after_node, $bad, timeout: 200ms, plugin: hooks:hangs"
try 'a function that ends its process' "on: after_node, $bad, plugin: hooks:exits"
try 'one that prints a lot' "on: after_node, $bad, command: [sh, -c, 'yes | head -c 12000000']"
[ "$(stat -c %s runs/default/*/logs/bad.log | sort -n | tail -n 1)" -lt 11000000 ] && echo 'its log has an end'
printf 'hooks:\n  - {on: after_node, nodes: bad, command: ["false"]}\n' >conf/base/mlflow-c.yml
GITHUB_ACTIONS=true mlflow-c run -q -j 1 2>&1 | grep '^::warning'
mlflow-c run -j 1 --progress json 2>/dev/null | jq -r 'select(.event == "warning") | .message'
mlflow-c run -j 1 2>&1 | grep 'warning:'
rm -rf data && cp -r before data
echo
try 'required: before_node' "on: before_node, $bad, required: true, command: ['false']"
try 'required: after_load' 'on: after_load, datasets: result, required: true, plugin: hooks:fails'
try 'required: before_save' 'on: before_save, datasets: result, required: true, plugin: hooks:fails'
try 'required: after_save' 'on: after_save, datasets: result, required: true, plugin: hooks:crashes'
try 'required: after_node' "on: after_node, $bad, required: true, plugin: hooks:hangs, timeout: 200ms"
flags=--in-process
try 'a program that leaves others, in this process' "on: after_save, datasets: result, command: [sh, -c, 'sleep 60 &']"
try 'a program that hangs, in this process' "on: after_save, datasets: result, timeout: 200ms, command: [sleep, '60']"
try 'required: after_node, in this process' "on: after_node, $bad, required: true, plugin: hooks:fails"
try 'required: before_save, in this process' "on: before_save, datasets: result, required: true, command: ['false']"
flags=
try 'required: before_run refuses the run' 'on: before_run, required: true, command: [sh, -c, "echo not today; exit 1"]'
try 'required: after_run' 'on: after_run, required: true, plugin: hooks:crashes'
echo
node=segv
try 'a node that crashes' "on: [on_node_error, on_run_error], command: [jq, -c, '[.event, .node, .status, .error.code]']"
cat runs/default/*/logs/@hooks.log | grep '^\["on'
node=loops
flags=
pipeline loops 'timeout: 200ms' >conf/base/pipeline.yml
mlflow-c run -q -j 1 2>/dev/null
cat runs/default/*/logs/@hooks.log | grep timeout
sqlite3 runs/mlflow.db "SELECT DISTINCT value FROM tags WHERE key = 'mlflow_c.warning.1' ORDER BY 1 LIMIT 3"
find runs -path '*/scratch*' -o -name '*.stage'
