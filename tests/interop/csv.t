# 67 awkward CSV files mean the same to pandas and to us, or another thing for a reason that stands there.
# pandas comes from PyPI, into build/pandas, once.
venv=$REPO/build/pandas
"$venv/bin/python" -c 'import pandas' 2>/dev/null ||
	{ python3 -m venv "$venv" && "$venv/bin/pip" install -q pandas; } >pip.log 2>&1 || {
	echo "skipped: pandas cannot be installed from PyPI: $(tail -n 1 pip.log)" >&2
	exit 77
}
"$venv/bin/python" "$REPO/tests/interop/csv_corpus.py" write .
"$venv/bin/python" "$REPO/tests/interop/csv_corpus.py" compare .
