# The node predict scores with a registered version, named by alias or number, and says so in every row.
. "$REPO/tests/cli/kit.sh"
loan
install -m 755 "$NODES/predict.so" build/nodes/
cat >>conf/base/pipeline.yml <<'END'

scoring:
  nodes: [{name: predict, inputs: {model: champion, table: loans_test}, outputs: {table: scores}, params: predict}]
END
cat >conf/base/catalog_scoring.yml <<'END'
champion: {type: model, filepath: "models:/loan@champion"}
scores: {type: csv, filepath: data/scores.csv}
END
echo 'predict: {keys: [person_age, loan_amnt]}' >conf/base/parameters_predict.yml
rm -r conf/base/contracts
printf 'git: false\nseed: 7\n' >conf/base/mlflow-c.yml
short() { sed -e 's/\(\.[0-9]\{4\}\)[0-9]*/\1/g' -e 's/[0-9a-f]\{32\}/RUN/'; }
wrong() { mlflow-c run -q "$@" 2>&1 | grep '^error\|^ *help\|^ *-->'; }

echo "== nothing is registered yet"
mlflow-c run -q -p data,training -n generate,ingest,clean,features --params generate.rows=2000
wrong -p scoring
mlflow-c validate -p scoring >out 2>&1 && echo "but that is no mistake of the configuration"

mlflow-c catalog preview champion 2>&1 | grep '^error'
mlflow-c catalog validate champion --plain

echo "== version 1 by its alias, twice the same bytes but for the time"
mlflow-c run -q -p full --params generate.rows=2000 --name first
mlflow-c run -q -p scoring
head -n 3 data/scores.csv | short
id=$(mlflow-c runs show first --json | jq -r .data.run_id)
[ "$(cut -d , -f 7 data/scores.csv | sort -u | sed -n 1p)" = "$id" ] && echo "the run that made the model"
cut -d , -f 5,6 data/scores.csv | sort | uniq -c
mlflow-c runs show last --json | jq -c '.data.metrics | with_entries(select(.key | test("scored")))'

mlflow-c catalog preview champion 2>&1 | sed -n '1,2p'
mlflow-c catalog validate champion --plain

echo "== version 2 takes no alias: the champion goes on; then by number"
mlflow-c run -q -p training --params train.l2=1000
mlflow-c run -q -p scoring && cut -d , -f 5,6 data/scores.csv | sed -n 2p
sed -i 's|loan@champion|loan/2|' conf/base/catalog_scoring.yml
mlflow-c run -q -p scoring && cut -d , -f 5,6 data/scores.csv | sed -n 2p

echo "== --changed sees whether the alias has moved"
sed -i 's|loan/2|loan@champion|' conf/base/catalog_scoring.yml
mlflow-c run -q -p scoring
why() { mlflow-c run -p scoring --changed --dry-run --json | jq -c '.data.nodes[] | [.name, .action, .reason]'; }
why
mlflow-c registry promote -q loan@2 --yes >out 2>&1 || cat out
why
mlflow-c run -q -p scoring --changed && cut -d , -f 5,6 data/scores.csv | sed -n 2p

echo "== a model that is not registered"
sed -i 's|"models:/loan@champion"|data/06_models/loan_model|' conf/base/catalog_scoring.yml
mlflow-c run -q -p scoring && sed -n 2p data/scores.csv | cut -d , -f 5-7

echo "== bad input: unseen columns are left alone, missing ones and other types are errors; no rows"
cp data/04_feature/loans_test.csv whole.csv
{ sed -n '1s/$/,new/p' whole.csv && sed -n '2,4s/$/,x/p' whole.csv; } >data/04_feature/loans_test.csv
mlflow-c run -q -p scoring && wc -l <data/scores.csv
cut -d , -f 2- whole.csv >data/04_feature/loans_test.csv
wrong -p scoring
{ sed -n 1p whole.csv && sed -n '2s/^[^,]*/old/p' whole.csv; } >data/04_feature/loans_test.csv
wrong -p scoring
{ sed -n 1p whole.csv && sed -n '2s/^[^,]*//p;3p' whole.csv; } >data/04_feature/loans_test.csv
mlflow-c run -q -p scoring && cut -d , -f 1-4 data/scores.csv | short
sed -n 1p whole.csv >data/04_feature/loans_test.csv
mlflow-c run -q -p scoring && cat data/scores.csv
cp whole.csv data/04_feature/loans_test.csv

echo "== wrong names, and writing to a version"
for name in 'models:/loan@champ' 'models:/loan/9' 'models:/lone@champion' 'models:/'; do
	echo "champion: {type: model, filepath: \"$name\"}
scores: {type: csv, filepath: data/scores.csv}" >conf/base/catalog_scoring.yml
	wrong -p scoring
done
sed -i 's|"models:/"|"models:/loan"|; s|^scores:.*|loan_model: {type: model, filepath: "models:/loan"}|' conf/base/catalog_scoring.yml
sed -i '/^loan_model:/,/^$/d' conf/base/catalog.yml
wrong -p training
echo 'champion: {type: csv, filepath: "models:/loan"}' >conf/base/catalog_scoring.yml
wrong -p scoring
