# The node evaluate judges two classes, many and numbers: figures, intervals, slices, tables, pictures; and bad data.
mkdir -p conf/base build/nodes data
install -m 755 "$NODES/evaluate.so" "$FIXTURES/oracle.so" build/nodes/
echo 'git: false' >conf/base/mlflow-c.yml
cat >conf/base/catalog.yml <<'END'
known: {type: csv, filepath: data/known.csv}
table: {type: csv, filepath: data/table.csv}
model: {type: model, filepath: data/model}
report: {type: json, filepath: data/report.json}
curves: {type: csv, filepath: data/curves.csv}
slices: {type: csv, filepath: data/slices.csv}
confusion: {type: csv, filepath: data/confusion.csv}
END
cat >conf/base/pipeline.yml <<'END'
train: {nodes: [{name: oracle, inputs: {table: known}, outputs: {model: model}, params: oracle}]}
judge:
  nodes:
    - name: evaluate
      inputs: {model: model, table: table}
      outputs: {report: report, curves: curves, slices: slices, confusion: confusion}
      params: evaluate
END
echo 'oracle: {}' >conf/base/parameters.yml
train() { echo "oracle: {$1}" >conf/base/parameters.yml; mlflow-c run -q -p train; }
judge()
{
	echo "evaluate: {target: truth${1:+, $1}}" >conf/base/parameters_evaluate.yml
	mlflow-c run -q -p judge 2>&1 | grep '^error'
}
short() { sed -e 's/\([:,\[]\) *[0-9.-]*e-1[0-9]/\1 0/g' -e 's/\(\.[0-9]\{5\}\)[0-9]*/\1/g'; }

echo "== two classes"
awk 'BEGIN { print "said,truth,city,age"; for (i = 1; i <= 200; i++)
	print i % 100 "," ((i * 37 + (i % 100) * 3) % 400 > 200) "," (i % 3 ? i % 5 ? "Bern" : "Basel" : "") "," i }' >data/known.csv
cp data/known.csv data/table.csv
train
judge 'slices: [city, age], pictures: true, interval_metrics: true'
short <data/report.json
head -n 3 data/curves.csv | short && cut -d , -f 1 data/curves.csv | sort | uniq -c
cat data/confusion.csv
awk -F , 'NR == 1 || $4 == "auc"' data/slices.csv | short
mlflow-c runs show last --json | jq -c '.data.metrics | keys'
ls runs/default/*/artifacts
for file in runs/default/*/artifacts/*.svg; do xmllint --noout "$file" 2>/dev/null || python3 -c "import sys, xml.dom.minidom as m; m.parse(sys.argv[1])" "$file"; done
page=$(ls runs/default/*/artifacts/evaluation.html)
grep -c '<svg' "$page"; grep -c '<script\|http://[^w]\|https://' "$page"

echo "== another threshold, prefix, by Youden; no page; no intervals"
judge 'threshold: 0.6, best: youden, prefix: test_, artifacts: "", confidence: 0'
mlflow-c runs show last --json | jq -c '[.data.metrics | keys[] | select(test("best"))], (.data.artifacts // [])'
jq -c .intervals data/report.json

echo "== text as truth"
sed -e '1!s/,1,/,yes,/' -e '1!s/,0,/,no,/' data/known.csv >data/table.csv
judge
judge 'positive: "yes"'
jq -c .auc data/report.json | short

echo "== numbers"
awk 'BEGIN { print "said,truth,kind"; for (i = 1; i <= 300; i++) print i "," i * 2 + (i * 7919 % 100) / 10 ".5," i % 2 }' | sed 's/\.\([0-9]*\)\.5/.\1/' >data/known.csv
cp data/known.csv data/table.csv
train 'options: "{\"objective\": \"squared\"}"'
judge 'slices: [kind], bins: 4, pictures: true'
short <data/report.json
cat data/curves.csv | short && cat data/confusion.csv

echo "== bad data"
printf 'said,truth\n1,\n2,4\n' >data/table.csv
judge
printf 'said,truth\n1,inf\n2,4\n' >data/table.csv
judge
printf 'said,truth\n,3\n2,4\n' >data/table.csv
judge
printf 'said,truth\n' >data/table.csv
judge
printf 'said,truth\n1,x\n' >data/table.csv
judge
printf 'said,true\n1,3\n' >data/table.csv
judge
printf 'said,truth\n1,3\n1,3\n' >data/table.csv
judge
jq -c '[.rmse, .r2]' data/report.json | short
for wrong in 'task: clustering' 'best: f2' 'slices: city' 'slices: [where]' 'bins: 0' 'confidence: 1'; do judge "$wrong"; done
