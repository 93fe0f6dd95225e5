# The cases of tests/data/parity.test come out of Kedro itself as they are expected of us.
# Kedro is installed from PyPI into build/kedro, once; without PyPI there is nothing to compare with.
venv=$REPO/build/kedro
if ! "$venv/bin/python" -c 'import kedro' 2>/dev/null; then
	{ python3 -m venv "$venv" && "$venv/bin/pip" install -q kedro; } >pip.log 2>&1 || {
		echo "skipped: Kedro cannot be installed from PyPI: $(tail -n 1 pip.log)" >&2
		exit 77
	}
fi
"$venv/bin/python" "$REPO/tests/interop/kedro-parity.py" "$REPO/tests/data/parity.test" \
	"$REPO/docs/differences.md" >found 2>log || { cat found log; exit 1; }
tail -n 1 found
