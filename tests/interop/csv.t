# Awkward CSV files mean what they mean to pandas, cell by cell, or differ as tests/interop/csv_corpus.py says.
# pandas is installed from PyPI into build/pandas, once; without PyPI there is nothing to compare with.
venv=$REPO/build/pandas
if ! "$venv/bin/python" -c 'import pandas' 2>/dev/null; then
	{ python3 -m venv "$venv" && "$venv/bin/pip" install -q pandas; } >pip.log 2>&1 || {
		echo "skipped: pandas cannot be installed from PyPI: $(tail -n 1 pip.log)" >&2
		exit 77
	}
fi
mkdir -p conf/base build/nodes data
install -m 755 "$FIXTURES/noop.so" build/nodes/
echo 'git: false' >conf/base/mlflow-c.yml
cat >conf/base/pipeline.yml <<-END
	all:
	  nodes:
	    - {name: copy, plugin: "noop:copy", inputs: {in: case}, outputs: {out: seen}}
END
"$venv/bin/python" "$REPO/tests/interop/csv_corpus.py" 2>log || { tail -n 5 log; exit 1; }
