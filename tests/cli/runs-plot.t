# runs plot draws metrics over their steps, or bars where there is one point each; in the terminal and as SVG.
. "$REPO/tests/cli/kit.sh"
mkdir -p conf/base build/nodes
cp "$FIXTURES/noop.so" build/nodes/
echo 'git: false' >conf/base/mlflow-c.yml
echo 'all: {nodes: [{name: n, plugin: "noop:noop"}]}' >conf/base/pipeline.yml
mlflow-c run -q --name one
MLFLOW_C_SEED=2 mlflow-c run -q --name two
# what a training of many steps records
for run in one two; do
	sqlite3 runs/mlflow.db "WITH RECURSIVE c(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM c WHERE i < 20)
		INSERT INTO metrics (key, value, timestamp, step, is_nan, run_uuid) SELECT 'loss',
			CASE '$run' WHEN 'one' THEN 1.0 / (1 + i) ELSE 0.8 - 0.03 * i END, i, i * 10, 0, run_uuid
			FROM c, runs WHERE name = '$run';
		INSERT INTO metrics (key, value, timestamp, step, is_nan, run_uuid) SELECT 'auc', length(name) / 4.0, 1, 0, 0, run_uuid
			FROM runs WHERE name = '$run';
		INSERT INTO metrics (key, value, timestamp, step, is_nan, run_uuid) SELECT 'a<b>&c', 0, 1, 0, 1, run_uuid
			FROM runs WHERE name = 'one' AND name = '$run'"
done
mlflow-c runs plot one two
mlflow-c runs plot one -m auc -m loss --json | jq -c '.data | length, .[0], .[-1]'
mlflow-c runs plot one two --out pictures/all.svg
grep -c '<line' pictures/all.svg
grep -o '<text x="16.0"[^/]*' pictures/all.svg
mlflow-c runs plot one two -m loss --out pictures/loss.png
head -c 8 pictures/loss.png | od -An -c
mlflow-c runs plot one -m nothing; echo "exit $?"
mlflow-c runs plot one --out x.gif; echo "exit $?"
mlflow-c runs plot none; echo "exit $?"
