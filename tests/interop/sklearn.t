# Linear models have scikit-learn's coefficients and predictions where both minimise the same.
# It comes from PyPI, into build/sk, once. Logistic regression: l2 = 1 / C, standardize: false; Ridge: l2 = alpha.
. "$REPO/tests/cli/kit.sh"
venv=$REPO/build/sk
"$venv/bin/python" -c 'import sklearn' 2>/dev/null ||
	{ python3 -m venv "$venv" && "$venv/bin/python" -m pip install -q numpy scikit-learn; } >pip.log 2>&1 ||
	{ echo "skipped: scikit-learn cannot be installed from PyPI: $(tail -n 1 pip.log)" >&2; exit 77; }
client() { "$venv/bin/python" "$REPO/tests/interop/sklearn_client.py" "$@" 2>client.log || tail -n 5 client.log; }

mkdir -p conf/base build/nodes
install -m 755 "$FIXTURES/score.so" build/nodes/
cat >conf/base/pipeline.yml <<END
fit:
  nodes:
    - {name: fit, plugin: "score:fit", inputs: {table: table}, outputs: {model: model}, params: fit}
    - {name: score, plugin: "score:score", inputs: {model: model, table: table}, outputs: {table: answer}}
END
echo 'fit: {flavor: linear}' >conf/base/parameters.yml
client make
while read -r name table; do
	cat >conf/base/catalog.yml <<-END
	table: {type: csv, filepath: $table.csv}
	model: {type: model, filepath: $name}
	answer: {type: csv, filepath: $name.csv}
	END
	mlflow-c run -q --params-file "$name.json"
done <cases
client compare
