# predict scores a file with a version of the registry or a folder, batch by batch, and puts the result in place at once.
. "$REPO/tests/cli/kit.sh"
loan
hidden() { sed 's/[0-9a-f]\{64\}/SHA/'; }
data=data/04_feature/loans_test.csv
mlflow-c run -q --params generate.rows=4000
mlflow-c run -q --params generate.rows=4000,train.l2=10
echo "== a version by its alias: all columns, and the model's behind them"
mlflow-c predict --model loan@champion $data out.csv 2>&1 | hidden
head -n 1 out.csv | tr , '\n' | tail -n 4
[ "$(wc -l <out.csv)" = "$(wc -l <$data)" ] && cut -d, -f1-27 out.csv | cmp - $data && echo the same rows
echo "== ways to say a version"
for model in loan@champion loan/1 loan@1 models:/loan@champion models:/loan/1; do
	mlflow-c predict --model $model $data again.csv -q && cmp out.csv again.csv && echo "$model"
done
mlflow-c predict -m models:/loan/latest $data latest.csv 2>&1 | hidden
cmp -s out.csv latest.csv || echo another model
echo "== the hash is that of the record"
mlflow-c predict -m loan/2 $data again.csv --json >said
jq '.data.model.sha256 = "SHA" | .data.model.run_id |= length | .data.xxh3 |= length | .data.bytes = (.data.bytes > 90000)' said
[ "$(jq -r .data.model.sha256 said)" = "$(mlflow-c registry list --json | jq -r '.data[] | select(.version == 2).hash')" ] && echo equal
echo "== columns that are kept, none, and what says which model it was"
mlflow-c predict -m loan/2 $data --keep loan_status,person_age -q | head -n 1
mlflow-c predict -m loan/2 $data --keep '' --prefix new_ -q | head -n 1
mlflow-c predict -m loan/2 $data --keep '' --with-model -q | sed -n '1p;2s/[0-9.e-]*,[0-9.e-]*,\(.*\),.*/... \1/p'
echo "== every form, and streams"
mlflow-c predict -m loan/1 $data a.csv.gz -q && zcat a.csv.gz | cmp - out.csv
mlflow-c predict -m loan/1 a.csv.gz b.jsonl.zst --keep loan_status -q && zstd -dc b.jsonl.zst | jq -c keys | sort | uniq -c
mlflow-c predict -m loan/1 $data c.arrow -q && mlflow-c predict -m loan/1 c.arrow --keep person_age --prefix p -q | head -n 1
mlflow-c predict -m loan/1 - <$data -q | cmp - out.csv
mlflow-c predict -m loan/1 - - <$data -q | cmp - out.csv
mlflow-c predict -m loan/1 $data | head -n 1 | cut -c 1-10
cp $data self.csv && mlflow-c predict -m loan/1 self.csv self.csv -q && cmp self.csv out.csv
echo "== more rows than one batch holds are the same rows"
{ head -n 1 $data; for i in $(seq 100); do tail -n +2 $data; done; } >many.csv
mlflow-c predict -m loan/1 many.csv many.out.csv 2>&1 | hidden
tail -n +2 many.out.csv | sort -u | wc -l
echo "== a table without rows, and rows without a prediction"
head -n 1 $data | mlflow-c predict -m loan/1 --keep loan_status - 2>&1 | hidden
sed '2s/^[^,]*//; 4s/^[^,]*//' $data | mlflow-c predict -m loan/1 --keep person_age - 2>&1 >holes.csv | hidden
sed -n '2,4p' holes.csv | sed 's/,0\..*/,SCORE/; s/,[0-9.]*e-[0-9]*$/,SCORE/'
echo "== outside of a project: a folder, or a registry that is named"
home=$PWD
mkdir -p "$TMPDIR/away" && cd "$TMPDIR/away"
mlflow-c predict -m "$home/data/06_models/loan_model" "$home/$data" away.csv 2>&1 | hidden | sed "s|$home/||"
cmp -s away.csv "$home/latest.csv" && echo the folder is the latest version
mlflow-c predict -m loan@champion --store "$home/runs/mlflow.db" "$home/$data" away.csv 2>&1 | hidden
cmp away.csv "$home/out.csv"
MLFLOW_C_STORE=$home/runs/mlflow.db mlflow-c predict -m loan/1 "$home/$data" away.csv -q && cmp away.csv "$home/out.csv"
cd "$home"
echo "== what a killed process left is removed by the next"
touch .out.csv.predict-999999999.stage .out.csv.predict-$$.stage .out.csv.other.stage
mlflow-c predict -m loan/1 $data out.csv -q
ls -A | grep stage | sed "s/$$/ALIVE/"
