# What is wrong with a hook is said before anything runs, with its place.
. "$REPO/tests/cli/kit.sh"
shop
install -m 755 "$FIXTURES/hooks.so" build/nodes/
cat >conf/base/mlflow-c.yml <<'YML'
hooks:
  - {on: before_nodes, command: [cat]}
  - {on: [after_run, noon], command: [no_such_tool]}
  - {on: after_run, command: cat}
  - {on: after_run, command: []}
  - {on: after_run, plugin: none}
  - {on: after_run, plugin: "hooks:none"}
  - {on: after_run, plugin: shop}
  - {on: after_run}
  - {on: after_run, command: [cat], plugin: "hooks:tell"}
  - {command: [cat], timeout: soon}
  - {on: after_run, command: [cat], node: a, required: 1}
  - after_run
  - {on: after_run, command: [cat], nodes: {a: b}}
YML
mlflow-c validate -p shop
echo "exit $?"
cat >conf/base/mlflow-c.yml <<'YML'
hooks:
  - {on: after_node, command: [cat], nodes: [count, "conv*", totl]}
  - {on: after_node, command: [cat], nodes: "fill_*", tags: [money, daly]}
YML
mlflow-c validate -p shop
echo "exit $?"
echo 'hooks: {on: after_run}' >conf/base/mlflow-c.yml
mlflow-c validate -p shop
echo "exit $?"
