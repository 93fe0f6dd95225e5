# Data that is hard for a model: each flavor learns from it, or says which column and row is to blame.
. "$REPO/tests/cli/kit.sh"
mkdir -p conf/base build/nodes
install -m 755 "$FIXTURES/score.so" build/nodes/
[ -f "$(dirname "$MLFLOW_C")/lib/mlflow-c/flavors/xgboost.so" ] && flavors='linear baseline xgboost' || {
	echo "skipped: libxgboost is not here, so the flavor xgboost was not built: apt-get install libxgboost-dev" >&2
	exit 77
}
cat >conf/base/pipeline.yml <<END
fit: {nodes: [{name: fit, plugin: "score:fit", inputs: {table: table}, outputs: {model: model}, params: fit}]}
update: {nodes: [{name: update, plugin: "score:update", inputs: {model: model, table: table}, outputs: {model: next}}]}
score: {nodes: [{name: score, plugin: "score:score", inputs: {model: model, table: table}, outputs: {table: answer}}]}
END
echo 'fit: {flavor: linear}' >conf/base/parameters.yml
cat >conf/base/catalog.yml <<END
table: {type: csv, filepath: t.csv, load_args: {dtype: {y: int64}}}
model: {type: model, filepath: m}
next: {type: model, filepath: n}
answer: {type: csv, filepath: a.csv}
END
# table NAME EXPRESSION...: twelve rows of awk expressions of the row's number i
table()
{
	awk -v names="$1" 'BEGIN { print names; for (i = 1; i <= 12; i++) { '"$2"' } }' >t.csv
	sed -i 's/load_args: .*/load_args: {dtype: {'"$3"'}}}/' conf/base/catalog.yml
}
fit() { mlflow-c run -q -p fit --params "fit.flavor=$1${2:+,$2}" 2>&1 | grep '^error\|help' || echo "$1: learnt"; }
each() { echo "== $1"; for flavor in $flavors; do fit $flavor; done; }

table a,b,y 'print i % 5 "," 7 "," (i * 7 % 12 > 5)' 'a: float64, b: float64, y: int64'
each "a constant column"
table a,b,y 'print i % 5 ",," (i * 7 % 12 > 5)' 'a: float64, b: float64, y: int64'
each "a column that is all null"
table a,y 'print (i == 4 ? "NaN" : i % 5) "," (i * 7 % 12 > 5)' 'a: float64, y: int64'
each "NaN in a feature"
table a,y 'print (i == 9 ? "inf" : i % 5) "," (i * 7 % 12 > 5)' 'a: float64, y: int64'
each "infinity in a feature"
table a,y 'print i % 5 "," (i == 3 ? "" : i % 2)' 'a: float64, y: int64'
each "a null in the target"
table a,y 'print i % 5 "," 1' 'a: float64, y: int64'
each "one class only"
table a,y 'print i % 5 "," (i == 6 ? "nan" : i)' 'a: float64, y: float64'
echo "== NaN in a target that is a number"
fit linear fit.options.objective=squared
fit baseline fit.options.strategy=median
fit xgboost fit.options.objective=reg:squarederror
table a,y 'i = 13' 'a: float64, y: int64'
each "an empty table"
table a,b,c,d,e,f,g,h,i2,j,k,l,m,y 'if (i < 7) { for (q = 1; q < 14; q++) printf "%d,", (i * q * q) % 11; print i % 2 }' 'y: int64'
each "more columns than rows"
fit linear fit.options.l2=0
table a,y 'print i "," (i > 6)' 'a: float64, y: int64'
each "classes that a line separates"
fit linear fit.options.l2=0
table a,b,c,y 'print i % 5 "," i * i % 7 "," i % 5 "," (i * 7 % 12 > 5)' 'a: float64, b: float64, c: float64, y: int64'
each "a column that is there twice"
fit linear
jq -c '[.features[] | .coefficient] | .[0] == .[2]' m/linear.json
fit linear fit.options.l2=0
fit linear fit.options.l2=0,fit.options.solver=lbfgs
jq -c '[.features[] | .coefficient] | .[0] - .[2] | fabs < 1e-9' m/linear.json

echo "== what is wrong when predicting"
table a,b,y 'print i % 5 "," i * i % 7 "," (i * 7 % 12 > 5)' 'a: float64, b: float64, y: int64'
for flavor in $flavors; do
	table a,b,y 'print i % 5 "," i * i % 7 "," (i * 7 % 12 > 5)' 'a: float64, b: float64, y: int64'
	fit $flavor
	score() { mlflow-c run -q -p score 2>&1 | grep '^error\|help' || echo "$flavor: $1 $(awk -F, 'NR > 1 { n++; none += $1 == "" } END { print n + 0, "predicted,", none + 0, "of them as null" }' a.csv)"; }
	table a,y 'print i % 5 "," 1' 'a: float64, y: int64'
	score "a column is missing:"
	table a,b 'print i % 5 ",red"' 'a: float64, b: utf8'
	score "text for a number:"
	table a,b 'print (i == 1 ? "" : 2) "," (i == 2 ? "NaN" : i == 3 ? "inf" : 3)' 'a: float64, b: float64'
	score "null, NaN and infinity:"
	table a,b 'i = 13' 'a: float64, b: float64'
	score "no rows:"
done

echo "== the same seed, the same folder, for any number of jobs"
for flavor in $flavors; do
	table a,b,y 'print i % 5 "," i * i % 7 "," (i * 7 % 12 > 5)' 'a: float64, b: float64, y: int64'
	fit $flavor >/dev/null
	rm -rf first
	cp -r m first
	for j in 1 2 8; do
		mlflow-c run -q -j $j -p fit --params "fit.flavor=$flavor" && diff -r first m && echo "$flavor -j $j: the same"
	done
done

echo "== new rows for a model"
fit linear
mlflow-c run -q -p update
jq -c '.updates | [.n_updates, .rows, .parent == $parent]' --arg parent "$(sha256sum m/linear.json | cut -d' ' -f 1)" n/linear.json
cp n/linear.json once.json
mlflow-c run -q -p update
cmp once.json n/linear.json && echo "the same again"
table a,b,y 'print i % 5 "," i * i % 7 "," i % 3' 'a: float64, b: float64, y: int64'
mlflow-c run -q -p update 2>&1 | grep '^error\|help'
fit baseline
mlflow-c run -q -p update 2>&1 | grep '^error\|help'
