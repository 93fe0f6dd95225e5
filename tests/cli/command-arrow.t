# Programs get and give tables as Arrow files: datasets of that type, and tables in memory whose node says so.
. "$REPO/tests/cli/kit.sh"
shop
# Says what the first bytes of its input are, then copies it.
cat >look.sh <<'END'
printf '{"tag": "%s", "value": "%s"}\n' "$3" "$(head -c 6 "$1")" >>"$MLFLOW_C_REPORT"
cp "$1" "$2"
END
cat >conf/base/catalog.yml <<'YML'
orders: {type: arrow, filepath: data/orders.arrow}
copied: {type: arrow, filepath: data/copied.arrow}
total: {type: json, filepath: data/total.json}
YML
cat >conf/base/pipeline.yml <<'YML'
__default__:
  nodes:
    - {name: orders, plugin: "shop:orders", outputs: {table: orders}, params: orders}
    - {name: copy, command: [sh, look.sh, "{input:orders}", "{output:copied}", dataset], inputs: orders, outputs: copied}
    - {name: convert, plugin: "shop:convert", inputs: copied, outputs: [euros], params: convert}
    - name: pass
      command: [sh, look.sh, "{input:euros}", "{output:same}", memory]
      inputs: euros
      outputs: same
      types: {euros: arrow, same: arrow}
    - {name: total, plugin: "shop:total", inputs: {table: same}, outputs: {report: total}, params: count_euros}
YML
echo 'count_euros: {column: euros}' >>conf/base/parameters.yml
echo "== files with files, and tables in memory"
mlflow-c run -q -j 1
echo "exit $?"
cmp data/orders.arrow data/copied.arrow && cat data/total.json
echo
mlflow-c runs show last --json | jq -c '.data.tags | {dataset, memory}'
echo "== no rows: the columns stay"
mlflow-c run -q -j 1 --params orders.rows=0
echo "exit $?"
mlflow-c catalog preview copied
echo "== a program that breaks off its output: the old one stays"
mlflow-c run -q -j 1
cp look.sh whole.sh
sed -i 's/^cp .*/head -c 700 "$1" >"$2"/' look.sh
mlflow-c run -q -j 1
echo "exit $?"
cmp data/orders.arrow data/copied.arrow && echo 'the old one'
echo "== in memory, and in another format than its node says"
sed 's/^cp .*/case $3 in memory) echo id,euros >"$2" ;; *) cp "$1" "$2" ;; esac/' whole.sh >look.sh
mlflow-c run -q -j 1
echo "exit $?"
