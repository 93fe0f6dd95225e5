# What is wrong with a command is said before anything runs, with its place.
. "$REPO/tests/cli/kit.sh"
shop
touch plain.sh
mkdir folder
cat >conf/base/pipeline.yml <<'END'
__default__:
  nodes:
    - {name: gone, command: [no_such_tool, x]}
    - {name: gone_file, command: [./no_such.sh]}
    - {name: not_executable, command: [./plain.sh]}
    - {name: not_in_path, command: [plain.sh]}
    - {name: a_folder, command: [./folder]}
    - {name: ports, command: [cp, "{input:ordrs}", "{output:copy}"], inputs: orders, outputs: {copies: a}}
    - {name: params, command: [echo, "{param:rate}"]}
    - {name: params2, command: [echo, "{param:rat}"], params: convert}
    - {name: file, command: [echo, "{file:nodes/x.sh}"]}
    - {name: kinds, command: [cp, "{input:total}", "{output:b}"], inputs: total, outputs: b, types: {total: csv, b: nonsense, c: csv}}
    - {name: twice, command: [cp], inputs: [orders, "params:orders"], outputs: [c]}
    - {name: reads_kind, plugin: "shop:letter", inputs: {report: d}, outputs: {text: letter}}
    - {name: writes_kind, command: [cp, a, "{output:d}"], outputs: d, types: {d: csv}}
END
mlflow-c validate
echo "exit $?"
cat >conf/base/pipeline.yml <<'END'
__default__:
  nodes:
    - {name: text, command: sort -r}
    - {name: empty, command: []}
    - {name: nothing, command: [""]}
    - {name: both, command: [sort], plugin: shop:orders}
    - {name: lists, command: [sort, [a, b]]}
    - {name: types, command: [sort], types: csv}
    - {name: no_command, plugin: shop:orders, types: {table: csv}}
    - {name: typo, comand: [sort]}
END
mlflow-c validate
echo "exit $?"
