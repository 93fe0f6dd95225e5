# Our figures beside scikit-learn's, on random and tied data, to 1e-12; DeLong's interval beside its definition.
# scikit-learn comes from PyPI into build/sklearn, once; without PyPI there is nothing to compare with.
venv=$REPO/build/sklearn
if ! "$venv/bin/python" -c 'import sklearn' 2>/dev/null; then
	{ python3 -m venv "$venv" && "$venv/bin/pip" install -q scikit-learn; } >pip.log 2>&1 || {
		echo "skipped: scikit-learn cannot be installed from PyPI: $(tail -n 1 pip.log)" >&2
		exit 77
	}
fi
mkdir -p conf/base build/nodes data
install -m 755 "$FIXTURES/judged.so" build/nodes/
echo 'git: false' >conf/base/mlflow-c.yml
cat >conf/base/catalog.yml <<'END'
table: {type: csv, filepath: data/table.csv}
report: {type: json, filepath: data/report.json}
END
cat >conf/base/pipeline.yml <<'END'
all: {nodes: [{name: judged, inputs: {table: table}, outputs: {report: report}, params: judged}]}
END
echo 'judged: {task: binary}' >conf/base/parameters.yml
"$venv/bin/python" "$REPO/tests/interop/quality_client.py" 2>log || { tail -n 5 log; exit 1; }
