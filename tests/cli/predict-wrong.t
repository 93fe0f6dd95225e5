# What predict cannot do it says with the place and the way out, and the old output stays.
. "$REPO/tests/cli/kit.sh"
loan
data=data/04_feature/loans_test.csv
mlflow-c run -q --params generate.rows=3000
echo old >out.csv
try() { mlflow-c predict "$@"; echo "exit $?" >&2; }
echo "== usage" >&2
try $data out.csv
try
try -m loan $data out.csv more
try -m loan --keep person_age --all $data out.csv
try -m loan $data --json
try -m loan $data out.parquet
try -m loan runs/mlflow.db out.csv
echo "== models" >&2
try -m lone@champion $data out.csv
try -m loan@champio $data out.csv
try -m loan/7 $data out.csv
try -m ./loan $data out.csv
try -m data $data out.csv
echo "== inputs" >&2
try -m loan none.csv out.csv
: >empty.csv
try -m loan empty.csv out.csv
sed '1s/person_age/persn_age/' $data >near.csv
try -m loan near.csv out.csv
cut -d, -f 9-11 $data >few.csv
try -m loan few.csv out.csv
try -m loan - out.csv <few.csv
try -m loan --keep nothing - out.csv <near.csv
sed '5s/^[0-9.]*/old/' $data >bad.csv
try -m loan bad.csv out.csv
try -m loan - out.csv <bad.csv
sed '1900q' $data | sed '7s/,.*//' >short.csv
try -m loan short.csv out.csv
try -m loan $data scored.csv -q
try -m loan scored.csv out.csv
try -m loan --keep person_agee $data out.csv
try -m loan --keep person_age,person_age $data out.csv
echo "== a file that has types, of which one is not the model's" >&2
sed '2,$s/^[0-9.]*/x/' $data >texts.csv
install -m 755 "$FIXTURES/noop.so" build/nodes/
mlflow-c node run noop:copy --in in=texts.csv --out out=texts.arrow
try -m loan texts.arrow out.csv
echo "== a disk that is full, and a folder in the way" >&2
mkdir folder.csv
try -m loan $data folder.csv
mlflow-c predict -m loan $data >/dev/full; echo "exit $?" >&2
echo "== files that changed since they were registered" >&2
chmod -R u+w runs
sed -i 's/0/1/' runs/loan/*/artifacts/*/linear.json
try -m loan@champion $data out.csv 2>&1 | sed 's|runs/[^ `]*||' >&2
echo "== as JSON" >&2
mlflow-c predict -m nobody $data out.csv --json | jq -c '.data[0] | [.code, .help]'
echo "== and nothing was written"
cat out.csv
ls -A | grep stage
