# pyarrow reads our Arrow files and streams, we read those of pyarrow, and what no table holds is refused.
# pyarrow is installed from PyPI into build/arrow, once; without PyPI there is nothing to compare with.
. "$REPO/tests/cli/kit.sh"
venv=$REPO/build/arrow
if ! "$venv/bin/python" -c 'import pyarrow' 2>/dev/null; then
	{ python3 -m venv "$venv" && "$venv/bin/pip" install -q pyarrow; } >pip.log 2>&1 || {
		echo "skipped: pyarrow cannot be installed from PyPI: $(tail -n 1 pip.log)" >&2
		exit 77
	}
fi
pyarrow() { "$venv/bin/python" "$REPO/tests/interop/arrow.py" "$@" 2>&1 | tail -n 40; }

echo "== ours, read by pyarrow"
shop
cat >conf/base/catalog.yml <<-END
orders: {type: arrow, filepath: data/orders.arrow}
euros: {type: arrow, filepath: data/euros.arrows, save_args: {format: stream}}
total: {type: json, filepath: data/total.json}
letter: {type: text, filepath: data/letter.txt}
END
mlflow-c run -q -p shop
pyarrow look data/orders.arrow data/euros.arrows
mlflow-c run -q -p shop --params orders.rows=0
pyarrow look data/orders.arrow data/euros.arrows

echo "== theirs, read by us and written again"
install -m 755 "$FIXTURES/faults.so" build/nodes/
mkdir theirs odd
pyarrow make theirs
echo "copies: {nodes: [" >conf/base/pipeline.yml
: >conf/base/catalog.yml
for file in theirs/*.arrow; do
	name=$(basename "$file" .arrow)
	format=file
	[ "${name#large}" = "$name" ] || format=stream
	echo "  {name: $name, plugin: 'faults:passes', inputs: {table: $name}, outputs: {table: ours.$name}}," >>conf/base/pipeline.yml
	echo "$name: {type: arrow, filepath: $file}" >>conf/base/catalog.yml
	echo "ours.$name: {type: arrow, filepath: ours/$name.arrow, save_args: {format: $format}}" >>conf/base/catalog.yml
done
echo "]}" >>conf/base/pipeline.yml
mlflow-c run -q -p copies
for file in theirs/*.arrow; do
	pyarrow same "ours/${file#theirs/}" "$file"
done

echo "== theirs that no table holds"
pyarrow refused odd
for file in odd/*.arrow; do
	echo "x: {type: arrow, filepath: $file}" >conf/base/catalog.yml
	mlflow-c catalog preview x 2>&1 | grep -v '^ *$'
done

echo "== a program with pyarrow as a node: what it reads and writes"
cat >conf/base/catalog.yml <<-END
orders: {type: arrow, filepath: data/orders.arrow}
paid: {type: arrow, filepath: data/paid.arrow}
END
cat >conf/base/pipeline.yml <<-END
paid:
  nodes:
    - {name: orders, plugin: "shop:orders", outputs: {table: orders}, params: orders}
    - {name: convert, plugin: "shop:convert", inputs: orders, outputs: [euros], params: convert}
    - name: paid
      command: ["$venv/bin/python", "$REPO/tests/interop/arrow.py", join, "{input:orders}", "{input:euros}", "{output:paid}"]
      inputs: [orders, euros]
      outputs: paid
      types: {euros: arrow}
END
mlflow-c run -q -p paid
pyarrow look data/paid.arrow
mlflow-c catalog preview paid
