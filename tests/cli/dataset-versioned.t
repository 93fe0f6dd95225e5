# A versioned dataset keeps what every run wrote; a run reads the last one, or the one it is told.
. "$REPO/tests/cli/kit.sh"
shop
sed -i 's|total: .*|total: {type: json, filepath: data/total.json, versioned: true}|
	s|orders: .*|orders: {type: csv, filepath: data/orders.csv, versioned: true}|' conf/base/catalog.yml
old=2025-01-15T03.00.00.000Z new=2025-01-16T03.00.00.000Z
echo "== nothing was written yet"
try run -q -p audit
mlflow-c run -q -p shop
echo "== the same moment again: versions are never written twice"
try run -q -p shop
echo "== a day later"
export MLFLOW_C_CLOCK=1736996400000
mlflow-c run -q -p shop --params orders.rows=3
find data -type f | sort
echo "== readers"
mlflow-c run -q -p audit && cat data/counts.json && echo
mlflow-c run -q -p audit --load-versions orders:$old && cat data/counts.json && echo
mlflow-c run -q -p shop --nodes letter --load-versions total:$old && sed -n 2p data/letter.txt
echo "== the record has the path"
sqlite3 runs/mlflow.db "SELECT path FROM mlc_data WHERE path LIKE '%orders.csv' GROUP BY path" 2>&1
echo "== versions that are none"
export MLFLOW_C_CLOCK=1737082800000
try run -q -p audit --load-versions orders:2024,ordres:$old,counts:$old,x
try run -q -p shop --load-versions orders:$old
try run -q -p audit --load-versions orders:../../x
echo "== a plain file in their place"
mv data/total.json data/kept && echo '{}' >data/total.json
try run -q -p shop
rm data/total.json && mv data/kept data/total.json
echo "== looking"
mlflow-c catalog describe orders | sed -n '/versions/,/^$/p'
mlflow-c catalog describe orders --json | jq -c .data.versions
mlflow-c catalog preview orders --rows 1
mlflow-c catalog preview orders --load-version $old --rows 1 --json | jq -c .data.path
try catalog preview counts --load-version $old
mlflow-c run -q -p shop --only-missing-outputs
echo "exit $?"
