# Python's xgboost and MLflow, old and new, predict with our models what we do, and we with theirs, to the bit.
# They come from PyPI, into build/xgb-VERSION, once.
. "$REPO/tests/cli/kit.sh"
export MLFLOW_DISABLE_TELEMETRY=true DO_NOT_TRACK=true
skip() { echo "skipped: $1" >&2; exit 77; }
client()
{
	venv=$REPO/build/xgb-$1
	shift
	"$venv/bin/python" -c 'import sklearn, xgboost, mlflow.xgboost, mlflow.pyfunc, pandas' 2>/dev/null ||
		{ python3 -m venv "$venv" && "$venv/bin/python" -m pip install -q --no-deps "$1" && shift &&
			"$venv/bin/python" -m pip install -q "$@"; } >pip.log 2>&1 ||
		skip "xgboost cannot be installed from PyPI: $(tail -n 1 pip.log)"
}
module=$(dirname "$MLFLOW_C")/lib/mlflow-c/flavors/xgboost.so
[ -f "$module" ] || skip "libxgboost is not here, so the flavor was not built: apt-get install libxgboost-dev"
make -s --no-print-directory -C "$REPO" B="$(dirname "$NODES")" "$(dirname "$NODES")/tests/bench/trees" >make.log 2>&1 || skip "$(tail -n 1 make.log)"
trees=$(dirname "$NODES")/tests/bench/trees
client 1.7 xgboost==1.7.6 mlflow-skinny==2.9.2 numpy==1.26.4 pandas==2.1.4 scipy==1.11.4 scikit-learn==1.3.2 'setuptools<81'
client 2.1 xgboost==2.1.4 mlflow-skinny==2.17.2 numpy==1.26.4 pandas==2.1.4 scipy==1.11.4 scikit-learn==1.3.2 'setuptools<81'
client new xgboost mlflow-skinny numpy pandas scipy scikit-learn
"$REPO/build/xgb-new/bin/python" -c 'import mlflow, xgboost; print("newest:", mlflow.__version__, xgboost.__version__)' >"$REPO/build/xgb-new/version"
play() { "$REPO/build/xgb-$version/bin/python" "$REPO/tests/interop/xgboost_client.py" "$@" 2>client.log || tail -n 3 client.log; }

mkdir -p conf/base build/nodes
install -m 755 "$FIXTURES/score.so" build/nodes/
cat >conf/base/pipeline.yml <<END
score: {nodes: [{name: score, plugin: "score:score", inputs: {model: model, table: table}, outputs: {table: answer}}]}
fit: {nodes: [{name: fit, plugin: "score:fit", inputs: {table: table}, outputs: {model: model}, params: fit}]}
END
echo 'fit: {target: y, flavor: xgboost}' >conf/base/parameters.yml
# catalog TABLE MODEL ANSWER
catalog()
{
	cat >conf/base/catalog.yml <<-END
	table: {type: csv, filepath: $1}
	model: {type: model, filepath: $2}
	answer: {type: csv, filepath: ${3-none.csv}}
	END
}
score() { catalog "$@" && mlflow-c run -q -p score; }
fit() { catalog "$1" "$2" && mlflow-c run -q -p fit --params "$3"; }
for version in 1.7 2.1 new; do
	echo "== $version: their files"
	mkdir $version
	FORMAT=
	# what MLflow below 3 writes by itself is the old binary format of an xgboost below 3.1
	[ $version = new ] || FORMAT=ubj
	export FORMAT
	play make $version
	for file in $version/*-*.ubj $version/*-*.json; do
		case $file in */refused-*) continue ;; esac
		"$trees" margins "$file" $version/rows.f32 "$file.margins"
		"$trees" values "$file" $version/rows.f32 "$file.values"
	done
	play compare $version
	for file in $version/refused-*; do
		echo "${file#*/}: $("$trees" margins "$file" $version/rows.f32 none 2>&1)"
	done
	echo "== $version: their folders"
	for kind in binary number classes class share early; do
		score $version/rows.csv $version/$kind-folder $version/$kind.csv
	done
	play theirs $version
	[ ! -d $version/old-folder ] || score $version/rows.csv $version/old-folder 2>&1 | grep '^error\|help'
done
echo "== our folders"
version=new
play make .
awk -F, 'NR == 1 { print $0 ",y,n"; next } { s = $1 + $2 / 10 + $5; print $0 "," (s > 1 ? 7 : 3) "," s * 3.25 }' rows.csv >labelled.csv
cut -d, -f 1-6,7 labelled.csv >binary.csv
cut -d, -f 1-6,8 labelled.csv >number.csv
fit binary.csv our-binary fit.options.n_estimators=30,fit.options.early_stopping_rounds=4
fit number.csv our-number fit.target=n,fit.options.objective=reg:squarederror
for model in our-binary our-number; do
	score rows.csv $model $model.csv
	for version in 1.7 2.1 new; do
		echo "-- $version"
		play ours . $model ${model#our-}
	done
done
head -n 3 our-binary.csv | cut -d, -f 1
