# MLflow in Python loads what we registered, with and without a recipe, by alias, and gives our numbers; so does its server.
# MLflow comes from PyPI, into build/pyfunc, once.
. "$REPO/tests/cli/kit.sh"
export MLFLOW_DISABLE_TELEMETRY=true DO_NOT_TRACK=true
skip() { echo "skipped: $1" >&2; exit 77; }
venv=$REPO/build/pyfunc
"$venv/bin/python" -c 'import mlflow.pyfunc, xgboost, pandas, fastapi' 2>/dev/null ||
	{ python3 -m venv "$venv" && "$venv/bin/python" -m pip install -q mlflow xgboost; } >pip.log 2>&1 ||
	skip "MLflow cannot be installed from PyPI: $(tail -n 1 pip.log)"
module=$(dirname "$MLFLOW_C")/lib/mlflow-c/flavors/xgboost.so
[ -f "$module" ] || skip "libxgboost is not here, so the flavor was not built: apt-get install libxgboost-dev"
"$venv/bin/python" -c 'import mlflow, xgboost; print("newest:", mlflow.__version__, xgboost.__version__)' >"$venv/version"
play() { "$venv/bin/python" "$REPO/tests/interop/pyfunc_client.py" "$@" 2>client.log || tail -n 5 client.log; }

mkdir -p conf/base build/nodes data
for node in features register; do install -m 755 "$NODES/$node.so" build/nodes/; done
install -m 755 "$FIXTURES/score.so" build/nodes/
play make data
cat >conf/base/pipeline.yml <<END
raw:
  nodes:
    - {name: features, inputs: {table: table, test: later}, outputs: {table: train, test: test, recipe: recipe}, params: features}
    - {name: train, plugin: "score:fit", inputs: {table: train, recipe: recipe}, outputs: {model: model}, params: train}
    - {name: register, inputs: {model: model}, params: register}
bare:
  nodes:
    - {name: train_bare, plugin: "score:fit", inputs: {table: train}, outputs: {model: model}, params: train}
    - {name: register_bare, plugin: register, inputs: {model: model}, params: register}
score: {nodes: [{name: score, plugin: "score:score", inputs: {model: model, table: asked}, outputs: {table: answer}}]}
END
cat >conf/base/parameters.yml <<END
features:
  target: y
  steps:
    - date_parts: {columns: when, parts: [year, quarter, month, day, weekday, yearday, hour, minute, weekend]}
    - impute: {columns: x, indicator: true}
    - impute: {columns: n, strategy: most_frequent, indicator: true}
    - impute: {columns: [flag, city]}
    - impute: {columns: kind, value: none, indicator: true}
    - ratio: {of: x, by: n, as: x_per_n}
    - log: {columns: size, as: log_size}
    - log1p: {columns: size, as: log1p_size}
    - impute: {columns: [x_per_n, log_size], value: 0.5}
    - bucketise: {columns: x, edges: [-1, 0, 1.5], as: x_bucket}
    - bucketise: {columns: size, quantiles: 5, as: size_bucket}
    - clip: {columns: size, quantiles: [0.02, 0.98]}
    - clip: {columns: x, min: -2.5, as: x_low}
    - interact: {columns: [x, n, flag]}
    - standardize: {columns: [x, size]}
    - minmax: {columns: when_day, range: [-1, 1], clip: true}
    - target_encode: {columns: city, as: city_mean}
    - ordinal: {columns: kind, categories: [none, low, high], unknown: -1, as: kind_place}
    - one_hot: {columns: [kind, flag], drop_first: true}
    - one_hot: {columns: [city, n], max_categories: 4}
    - drop: [id]
    - rename: {x: x_scaled}
train: {target: y, flavor: linear}
register: {name: none, alias: champion}
END
# catalog NAME KIND ASKED
catalog()
{
	cat >conf/base/catalog.yml <<-END
	table: {type: csv, filepath: data/rows-$target.csv}
	later: {type: csv, filepath: data/later-$target.csv}
	train: {type: csv, filepath: data/train-$1.csv}
	test: {type: csv, filepath: data/test-$1.csv}
	recipe: {type: json, filepath: data/recipe-$1.json}
	model: {type: model, filepath: data/$1-$2}
	asked: {type: csv, filepath: $3}
	answer: {type: csv, filepath: data/answer-$1-$2.csv}
	END
}
# trains NAME, with a recipe and without, registers both, scores rows, and lets Python do the same
both()
{
	name=$1 target=$2
	shift 2
	for kind in raw bare; do
		asked=data/later-$target.csv
		[ $kind = raw ] || asked=data/test-$name.csv
		catalog $name $kind $asked
		mlflow-c run -q -p $kind --params "features.target=$target,train.target=$target,register.name=$name-$kind,$1"
		mlflow-c run -q -p score
		all="$all $name-$kind:$asked:data/answer-$name-$kind.csv:$target"
	done
}
echo "== ours"
both linear y train.flavor=linear
both linear-number t train.flavor=linear,train.options.objective=squared
sed -i '/target_encode/d' conf/base/parameters.yml # has no meaning for three classes
both linear-classes c train.flavor=linear
both trees y train.flavor=xgboost,train.options.n_estimators=20,train.options.max_depth=4
both trees-classes c train.flavor=xgboost,train.options.objective=multi:softprob,train.options.n_estimators=10
both trees-number t train.flavor=xgboost,train.options.objective=reg:squarederror,train.options.n_estimators=20
both baseline c train.flavor=baseline
both baseline-number t train.flavor=baseline,train.options.strategy=median
echo "== by alias, in Python"
play same $all
echo "== the server"
play serve linear-raw:data/later-y.csv:data/answer-linear-raw.csv trees-raw:data/later-y.csv:data/answer-trees-raw.csv
echo "== and our program still"
mlflow-c registry list -q --plain | cut -f 1-3
mlflow-c registry verify -q --plain
