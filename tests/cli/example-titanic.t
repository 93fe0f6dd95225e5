# examples/titanic: from an invented list to a registered model and scores, with nodes that come with the program.
. "$REPO/tests/cli/kit.sh"
example titanic
scores() { sed 's/0\.[0-9]\{3,\}/0._/g'; }
same_scores() { for f in first data; do cut -d , -f 1-3 $f/07_model_output/scores.csv | sha256sum; done | sort -u | wc -l | grep -qx 1; }
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
echo "== scoring, with the version that is champion, and with that of production"
mlflow-c run -q -p scoring --require-contracts && cut -d , -f 1-5 data/07_model_output/scores.csv | sed -n '1p;2s/,0\.[^,]*,/,_,/p'
mlflow-c run -q -p scoring --conf prod --require-contracts && sed -n 2p data/prod/07_model_output/scores.csv | cut -d , -f 4,5
mlflow-c predict -m titanic@champion data/01_raw/newcomers.csv --keep PassengerId --with-model -q >out.csv
cut -d , -f 1-6 data/07_model_output/scores.csv | cmp - out.csv && echo "the command says the same"
echo "== the same seed, the same bytes: again, and with two nodes at once"
mv data/prod prod
for jobs in 1 2; do
	mv data first
	mlflow-c run -q -j $jobs && mlflow-c run -q -j $jobs -p scoring
	diff -r -x scores.csv first data && same_scores && echo "-j $jobs: the same"
	rm -r first
done
echo "== what a linear model gets right on five parts of the rows that it has not seen"
sed -n '1s/,fold_1.*//p' data/08_reporting/trials.csv
mlflow-c catalog preview trials --json | jq -c '[.data.head[].accuracy] | [length, max >= 0.79, min >= 0.75]'
echo "== a file of people whose fate is not known"
sed 's/^\([0-9]*\),[01],/\1,/; 1s/Survived,//' data/01_raw/passengers.csv >people.csv
mlflow-c predict -m titanic@champion people.csv out.csv --keep PassengerId -q
head -n 1 out.csv
wc -l <out.csv
echo "== a value that was never seen, and a column that is missing"
sed '3s/,[a-z]*male,/,unknown,/' people.csv >odd.csv
mlflow-c predict -m titanic@champion odd.csv --keep PassengerId -q | sed -n '3s/,0\..*/,_/p'
sed '1s/Fare/Price/' people.csv >odd.csv
mlflow-c predict -m titanic@champion odd.csv out.csv 2>&1 | grep -v '^ *|'
echo "== README.md"
rm -rf data runs
"$REPO/scripts/doctest" "$REPO/examples/titanic/README.md" .
