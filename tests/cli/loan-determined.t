# Data and models are the same, byte for byte, whatever the schedule: 20 shuffled ones, -j 1 and 2, isolated and on threads.
. "$REPO/tests/cli/kit.sh"
loan
rows='generate.rows=3000,register.condition=auc > 0'
made()
{
	find data -type f ! -path '*/quarantine/*' | sort | xargs sha256sum
	find runs/loan/"$1"/artifacts -type f ! -name MLmodel | sort | xargs sha256sum | sed "s|/$1/|/RUN/|"
}
MLFLOW_C_SEED=1 mlflow-c run -q -j 1 --name plain --params "$rows" 2>err || cat err
made plain >want
wc -l <want
for n in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
	case $((n % 4)) in
	0) how='-j 1' ;;
	1) how='-j 2' ;;
	2) how='-j 1 --in-process' ;;
	3) how='-j 2 --in-process' ;;
	esac
	rm -rf data
	MLFLOW_C_SHUFFLE=$n MLFLOW_C_SEED=$n mlflow-c run -q $how --name s$n --params "$rows" 2>err || cat err
	made s$n | diff want - || echo "schedule $n ($how) gave something else"
done
# three loan books side by side
cat >>conf/base/pipeline.yml <<-END
book:
  nodes:
    - {name: seed, command: [sh, -c, "jq .seed \"\$MLFLOW_C_JOB\" >\$0", "{output:out}"], outputs: {out: loan_seed}}
  include: [{pipeline: data}, {pipeline: training}]
three:
  include: [{pipeline: book, namespace: a}, {pipeline: book, namespace: b}, {pipeline: book, namespace: c}]
END
sed '/__quarantine/,$d; s/^\(loan[a-z_]*\):/"{space}.\1":/; s|filepath: data|filepath: data/{space}|' conf/base/catalog.yml >more &&
	cat more >>conf/base/catalog.yml
echo '"{space}.loan_seed": {type: text, filepath: "data/{space}/seed.txt"}' >>conf/base/catalog.yml
sed 's/rows: 45000/rows: 2000/; s/^/  /' conf/base/parameters.yml >one
for space in a b c; do
	echo "$space:"
	cat one
done >>conf/base/parameters.yml
three="--to-outputs a.loan_model,b.loan_model,c.loan_model,a.loan_seed,b.loan_seed,c.loan_seed"
made()
{
	find data -type f ! -path '*/quarantine/*' | sort | xargs sha256sum
}
rm -rf data
MLFLOW_C_SEED=1 mlflow-c run -p three $three -q -j 1 2>err || cat err
made >want
wc -l <want
for n in 1 2 3 4 5 6 7 8; do
	rm -rf data
	how="-j $((n % 3 + 1))"
	[ $((n % 2)) -eq 0 ] || how="$how --in-process"
	MLFLOW_C_SHUFFLE=$n mlflow-c run -p three $three -q $how 2>err || cat err
	made | diff want - || echo "schedule $n ($how) gave something else"
done
MLFLOW_C_SHUFFLE=5 mlflow-c run -p three $three -j 1 2>&1 | sed -n 's/.* start //p' >one
MLFLOW_C_SHUFFLE=6 mlflow-c run -p three $three -j 1 2>&1 | sed -n 's/.* start //p' >two
cmp -s one two || echo 'the schedules differ'
