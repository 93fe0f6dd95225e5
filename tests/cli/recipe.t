# Feature steps travel with the model: fitted on the training table, applied by the model to raw rows.
. "$REPO/tests/cli/kit.sh"
loan
install -m 755 "$NODES/features.so" build/nodes/
install -m 755 "$FIXTURES/score.so" build/nodes/
rm -r conf/prod conf/base/contracts
cat >conf/base/catalog.yml <<END
loans: {type: csv, filepath: data/loans.csv}
later: {type: csv, filepath: data/later.csv}
train: {type: csv, filepath: data/train.csv}
test: {type: csv, filepath: data/test.csv}
recipe: {type: json, filepath: data/recipe.json}
loan_model: {type: model, filepath: data/model}
bare_model: {type: model, filepath: data/bare}
report: {type: json, filepath: data/report.json}
bare_report: {type: json, filepath: data/bare.json}
rows: {type: csv, filepath: data/rows.csv}
scored: {type: csv, filepath: data/scored.csv}
END
cat >conf/base/pipeline.yml <<END
data:
  nodes:
    - {name: generate, plugin: loan_generate, outputs: {table: loans}, params: generate}
    - {name: generate_later, plugin: loan_generate, outputs: {table: later}, params: generate_later}
training:
  nodes:
    - {name: features, inputs: {table: loans, test: later}, outputs: {table: train, test: test, recipe: recipe}, params: features}
    - {name: train, inputs: {table: train, recipe: recipe}, outputs: {model: loan_model}, params: train}
    - {name: evaluate, inputs: {model: loan_model, table: later}, outputs: {report: report}, params: evaluate}
    - {name: train_bare, plugin: train, inputs: {table: train}, outputs: {model: bare_model}, params: train}
    - {name: evaluate_bare, plugin: evaluate, inputs: {model: bare_model, table: test}, outputs: {report: bare_report}, params: evaluate}
    - {name: register, inputs: {model: loan_model, report: report}, params: register}
score: {nodes: [{name: score, plugin: "score:score", inputs: {model: loan_model, table: rows}, outputs: {table: scored}}]}
__default__: {include: [data, training]}
END
cat >conf/base/parameters.yml <<END
generate: {rows: 3000, seed: 1, missing: 0.05}
generate_later: {rows: 1000, seed: 2, missing: 0.05}
features:
  target: loan_status
  steps:
    - impute: {columns: numbers, indicator: true}
    - impute: {columns: person_education, value: Bachelor}
    - ratio: {of: loan_amnt, by: person_income, as: loan_to_income}
    - log: {columns: [person_income, loan_amnt], as: [log_income, log_amount]}
    - bucketise: {columns: credit_score, quantiles: 4, as: score_group}
    - clip: {columns: loan_int_rate, quantiles: [0.01, 0.99]}
    - standardize: {columns: [person_income, credit_score]}
    - minmax: {columns: person_age, clip: true}
    - target_encode: {columns: loan_intent, as: intent_mean}
    - ordinal: {columns: person_education, categories: [High School, Associate, Bachelor, Master, Doctorate]}
    - one_hot: {columns: texts, max_categories: 5, drop_first: true}
    - drop: person_emp_exp
train: {target: loan_status, flavor: linear}
evaluate: {target: loan_status}
register: {name: loan, alias: champion, condition: auc >= current}
END

echo "== trained on features, judged on raw rows: the same figures"
mlflow-c run -q -j 1
cmp data/report.json data/bare.json && echo "the same report"
jq -c '[.rows, .auc > 0.93]' data/report.json
head -n 1 data/train.csv | tr , '\n' | paste -sd ' '
head -n 1 data/test.csv | cmp - data/train.csv 2>&1 | sed 's/ after.*//'
mlflow-c registry show loan@champion --json | jq -r '.data.signature[] | "\(.name) \(.type) \(.output)"'
find data/model -type f | sort
cat data/model/input_example.json && echo

echo "== the same seed, the same bytes, on one thread and on two"
sum() { (cd data/model && find . -type f | sort | xargs sha256sum) && sha256sum <data/train.csv; }
sum >first
for jobs in 1 2; do
	mlflow-c run -q -p training -j $jobs
	sum | cmp - first && echo "the same with -j $jobs"
done
mlflow-c run -q -p training --in-process
sum | cmp - first && echo "the same in one process"

echo "== rows as they come: without the target, with categories that nobody has seen, with gaps"
cut -d, -f 1-13 data/later.csv >data/rows.csv
mlflow-c run -q -p score
wc -l <data/scored.csv
{ head -n 1 data/rows.csv; printf '30,male,,52000,4,,8000,ASTROLOGY,,0.15,4,,No\n'; } >data/one.csv
mv data/one.csv data/rows.csv
mlflow-c run -q -p score
sed 's/\(\.[0-9]\{6\}\).*/\1/' data/scored.csv
{ head -n 1 data/rows.csv; printf '30,male,Diploma,52000,4,RENT,8000,MEDICAL,11,0.15,4,600,No\n'; } >data/one.csv
mv data/one.csv data/rows.csv
mlflow-c run -q -p score 2>&1 | sed 's/ of `.*//'
echo "== a column that is missing, and one of another type"
cut -d, -f 2-13 data/rows.csv >data/one.csv
mv data/one.csv data/rows.csv
mlflow-c run -q -p score 2>&1 | grep '^error\|help'
printf 'person_age,person_gender,person_education,person_income,person_emp_exp,person_home_ownership,loan_amnt,loan_intent,loan_int_rate,loan_percent_income,cb_person_cred_hist_length,credit_score,previous_loan_defaults_on_file\nold,male,Master,52000,4,RENT,8000,MEDICAL,11,0.15,4,600,No\n' >data/rows.csv
mlflow-c run -q -p score 2>&1 | grep '^error\|help'

echo "== a table that has been through the steps"
sed -i 's/{model: loan_model, table: later}/{model: loan_model, table: test}/' conf/base/pipeline.yml
mlflow-c run -q -p training 2>&1 | grep '^error\|^  help: the'
sed -i 's/{model: loan_model, table: test}/{model: loan_model, table: later}/' conf/base/pipeline.yml
echo "== what is wrong with steps"
wrong() { mlflow-c run -q -p training --params "features.steps=$1" 2>&1 | grep '^error\|^  help: [^c]'; }
wrong '[]'
wrong '[{"onehot": {"columns": "texts"}}]'
wrong '[{"one_hot": {"columns": "texts", "max_category": 3}}]'
wrong '[{"impute": {"columns": ["person_agee"]}}]'
wrong '[{"standardize": {"columns": ["loan_intent"]}}]'
wrong '[{"drop": "loan_status"}]'
wrong '[{"date_parts": "loan_intent"}]'
echo "== a recipe that did not make the table"
mlflow-c run -q -p training --params 'features.steps=[{"drop": ["person_gender", "person_education", "person_home_ownership", "loan_intent", "previous_loan_defaults_on_file"]}, {"impute": "numbers"}]' -n features
cp data/recipe.json other.json
mlflow-c run -q -p training -n features
cp other.json data/recipe.json
mlflow-c run -q -p training -n train 2>&1 | grep '^error\|help'
echo "== a file that is no recipe"
echo '{"format": "mlflow-c/recipe", "version": 1, "target": null, "rows": 1, "inputs": [], "outputs": [], "ops": []}' >data/recipe.json
mlflow-c run -q -p training -n train 2>&1 | grep '^error\|help'
mlflow-c node describe features | sed 's|sha256 .*|sha256 ...|'
echo "== a mistake in a file has its place"
sed -i 's/minmax: {columns: person_age,/minmax: {columns: person_aeg,/' conf/base/parameters.yml
mlflow-c run -q -p training 2>&1
mlflow-c node run features --in table=data/loans.csv --out table=x.csv 2>&1 | head -n 3
