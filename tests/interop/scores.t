# A model of ours is as good as scikit-learn's and xgboost's on the very rows that our run wrote.
# They come from PyPI, into build/bench-loan, once; tests/bench/loan.sh uses the same.
. "$REPO/tests/cli/kit.sh"
skip() { echo "skipped: $1" >&2; exit 77; }
venv=$REPO/build/bench-loan
"$venv/bin/python" -c 'import pandas, sklearn, xgboost' 2>/dev/null ||
	{ python3 -m venv "$venv" && "$venv/bin/pip" install -q pandas scikit-learn xgboost; } >pip.log 2>&1 ||
	skip "scikit-learn cannot be installed from PyPI: $(tail -n 1 pip.log)"
[ -f "$(dirname "$MLFLOW_C")/lib/mlflow-c/flavors/xgboost.so" ] ||
	skip "libxgboost is not here, so the flavor was not built: apt-get install libxgboost-dev"
mkdir -p build/nodes nodes
cp -R "$REPO/conf" .
cp "$REPO"/nodes/*.c nodes/
for so in "$NODES"/*.so; do install -m 755 "$so" build/nodes/; done
scores() { "$venv/bin/python" "$REPO/tests/interop/scores.py" "$1" 2>client.log || tail -n 3 client.log; }
echo "== linear"
mlflow-c run -q 2>/dev/null
scores linear
echo "== xgboost"
mlflow-c run -q --params train.flavor=xgboost,train.options.n_estimators=60,train.options.max_depth=5,train.options.learning_rate=0.2 2>/dev/null
scores xgboost
