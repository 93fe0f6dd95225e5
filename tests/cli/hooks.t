# Hooks are called at every point of a run: in workers, beside each other and with --in-process.
. "$REPO/tests/cli/kit.sh"
shop
install -m 755 "$FIXTURES/hooks.so" build/nodes/
cat >tell.sh <<'SH'
jq -c '[.event, .node, .dataset, .port, .path, .status, .rows, .error.message] - [null]' >>events
SH
all='[before_run, after_run, on_run_error, before_node, after_node, on_node_error, before_load, after_load, before_save, after_save]'
hooks()
{
	printf 'hooks:\n' >conf/base/mlflow-c.yml
	for hook; do echo "  - {$hook}"; done >>conf/base/mlflow-c.yml
}
# Runs with the flags $@, shows the events.
run()
{
	echo "== $*"
	rm -rf data events runs
	mlflow-c run -p shop -q "$@" >said 2>&1
	echo "exit $?"
}
hooks "on: $all, command: [sh, tell.sh]"
run -j 1
cat events
mv events first
for how in '-j 2' '--in-process -j 1' '--in-process -j 2'; do
	run $how
	case $how in
	*-j\ 1*) cmp events first ;;
	*) sort first >first.sorted && sort events | cmp - first.sorted ;;
	esac && echo 'the same events'
done
echo '== a failing run'
sed -i 's/outputs: {report: total}/&, params: count/; s/amount/none/' conf/base/*.yml
for how in '-j 1' --in-process; do
	run $how
	tail -n 2 events
done
sed -i 's/none/euros/' conf/base/parameters.yml

echo '== functions of plugins'
hooks "on: $all, plugin: hooks:tell" 'on: [after_node, after_run], plugin: hooks:marks'
run -j 1
cat runs/default/*/logs/total.log runs/default/*/logs/@hooks.log
sqlite3 runs/mlflow.db "SELECT key, value FROM tags WHERE key = 'marked';
	SELECT key, value FROM metrics WHERE key = 'marked.rows'"
run -j 1 --in-process
grep hook: said | head -n 4
(ulimit -n 40; run -j 1 --in-process) # a plugin is opened once, not once a call

echo '== order and filters'
hooks 'on: [before_node, after_node], command: [sh, -c, "echo A $MLFLOW_C_EVENT"], nodes: [convert, "t*"]' \
	'on: [before_node, after_node], command: [sh, -c, "echo B $MLFLOW_C_EVENT"], tags: money' \
	'on: after_save, command: [jq, -r, .dataset], datasets: ["eur*", letter]'
run -j 1
for log in runs/default/*/logs/*; do echo "$(basename "$log"): $(grep -v usd "$log" | tr '\n' ' ')"; done

echo '== a program as a node'
cat >conf/base/pipeline.yml <<-YML
	shop:
	  nodes:
	    - {name: orders, plugin: "shop:orders", outputs: {table: orders}, params: orders}
	    - {name: copy, command: [cp, "{input:orders}", "{output:copy}"], inputs: orders, outputs: copy}
	YML
hooks "on: $all, nodes: copy, command: [sh, tell.sh]"
run -j 1
cat events
mlflow-c node describe hooks
