# examples/titanic: from an invented list to a registered model and scores, with nodes that come with the program.
. "$REPO/tests/cli/kit.sh"
example titanic
scores() { sed 's/0\.[0-9]\{3,\}/0._/g'; }
echo "== every table has a contract"
mlflow-c run -j 1 --require-contracts --name base 2>&1 | scores
find data -type f ! -path '*_model/*' | sort
within base auc 0.82 0.92
within base accuracy 0.74 0.88
echo "== production: other folders, another alias"
mlflow-c run -q -j 2 --conf prod --require-contracts --name prod
within prod auc 0.82 0.92
find data/prod -type f ! -path '*_model/*' | wc -l
mlflow-c registry list -q --plain | cut -f 1-3
mlflow-c catalog diff base prod --json | jq -c '.data | length > 0'
echo "== the same seed, the same bytes: again, and with two nodes at once"
mv data/prod prod
for jobs in 1 2; do
	mv data first
	mlflow-c run -q -j $jobs
	diff -r first data && echo "-j $jobs: the same"
	rm -r first
done
echo "== five partings of five: what a linear model gets right on rows it has not seen"
for seed in 1 2 3 4 5; do
	mlflow-c run -q -p training --params split.seed=$seed --name part$seed
	mlflow-c runs show part$seed --json | jq .data.metrics.accuracy
done | jq -s 'add / length | . >= 0.79'
echo "== a file of people, of which the model knows nothing but what it needs"
cut -d , -f 1,3-10,12 data/01_raw/passengers.csv >people.csv
mlflow-c predict -m titanic@champion people.csv out.csv --keep PassengerId -q
head -n 1 out.csv
wc -l <out.csv
sed '3s/,[a-z]*male,/,unknown,/' people.csv >odd.csv
mlflow-c predict -m titanic@champion odd.csv --keep PassengerId -q | sed -n '3s/,0\..*/,_/p'
echo "== README.md"
rm -rf data runs
"$REPO/scripts/doctest" "$REPO/examples/titanic/README.md" .
