# What a node shares out to two threads is done once each, and is what one thread makes; so are the tables of many loans.
mkdir -p conf/base build/nodes
cp "$FIXTURES/share.so" build/nodes/
echo 'git: false' >conf/base/mlflow-c.yml
echo 'one: {nodes: [{name: share, outputs: {table: t}}]}' >conf/base/pipeline.yml
for much in true false; do
	mlflow-c node run share --params share.much=$much --out table=$much.csv
done
cmp true.csv false.csv && tail -n 1 true.csv | cut -d , -f 1,2,40
echo '== loans: more than are done by one thread, beside the same in two parts of that many'
cp "$NODES"/loan_*.so build/nodes/
mlflow-c node run loan_generate --params loan_generate.rows=120000,loan_generate.missing=0.02 --out table=many.csv | head -n 1
{ head -n 1 many.csv; tail -n +2 many.csv | head -n 60000; } >first.csv
mlflow-c node run loan_clean --in table=many.csv --out table=clean.csv
{ head -n 1 clean.csv; tail -n +2 clean.csv | head -n 60000; } >first.csv
{ head -n 1 clean.csv; tail -n +60002 clean.csv; } >second.csv
for part in clean first second; do
	mlflow-c node run loan_features --in table=$part.csv --out train=$part-train.csv,test=$part-test.csv >/dev/null
	{ tail -n +2 $part-train.csv; tail -n +2 $part-test.csv; } | sort >$part.rows
done
sort first.rows second.rows | cmp - clean.rows && wc -l <clean.rows
