# examples/purchase: who buys in the next week, from three tables of an invented shop, joined as they were known at a day.
. "$REPO/tests/cli/kit.sh"
example purchase
same_scores() { for f in first data; do cut -d , -f 1-3 $f/07_model_output/scores.csv | sha256sum; done | sort -u | wc -l | grep -qx 1; }
echo "== every table has a contract"
mlflow-c run -j 1 --require-contracts --name base 2>&1 | sed 's/0\.[0-9]\{3,\}/0._/g'
find data -type f ! -path '*_model/*' | sort
within base auc 0.74 0.84
within base accuracy 0.77 0.87
echo "== production: other folders, another alias"
mlflow-c run -q -j 2 --conf prod --require-contracts --name prod
within prod auc 0.74 0.84
find data/prod -type f ! -path '*_model/*' | wc -l
mlflow-c registry list -q --plain | cut -f 1-3
echo "== scoring, with the version that is champion, and with that of production"
mlflow-c run -q -p scoring --require-contracts && cut -d , -f 1-5 data/07_model_output/scores.csv | sed -n '1p;2s/,0\.[^,]*,/,_,/p'
mlflow-c run -q -p scoring --conf prod --require-contracts && sed -n 2p data/prod/07_model_output/scores.csv | cut -d , -f 4,5
mlflow-c predict -m purchase@champion data/03_primary/history_now.csv --keep user_id --with-model -q >out.csv
cut -d , -f 1-6 data/07_model_output/scores.csv | cmp - out.csv && echo "the command says the same"
echo "== the same seed, the same bytes: again, and with two nodes at once"
mv data/prod prod
for jobs in 1 2; do
	mv data first
	mlflow-c run -q -j $jobs && mlflow-c run -q -j $jobs -p scoring
	diff -r -x scores.csv first data && same_scores && echo "-j $jobs: the same"
	rm -r first
done
echo "== nothing behind the cutoff is counted: a shop that goes on longer gives the same history"
cp data/03_primary/history.csv history.csv
mlflow-c run -q -p data,intake,training --to-nodes history --params generate.days=107,history.back=14
cmp history.csv data/03_primary/history.csv && echo the same
echo "== a purchase of nobody is refused where it comes in"
mlflow-c run -q -p data
sed -i '3s/,[0-9]*,/,999999,/' data/01_raw/purchases.csv
mlflow-c run -q -p intake 2>&1 | grep -v '^ *|\|^[0-9]* |'
echo "== README.md"
rm -rf data runs
"$REPO/scripts/doctest" "$REPO/examples/purchase/README.md" .
