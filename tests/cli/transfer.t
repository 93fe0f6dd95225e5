# A run, or a version with its run, goes from one registry to another, whole or not at all.
. "$REPO/tests/cli/kit.sh"
export USER=ada
unset LOGNAME LNAME USERNAME
mkdir here there
cd here && loan
mlflow-c run -q -j 2 --name first --tag team=risk
sqlite3 runs/mlflow.db "INSERT INTO metrics (key, value, timestamp, step, is_nan, run_uuid)
	SELECT 'infinite', 1.7976931348623157e308, 1, 0, 0, run_uuid FROM runs UNION ALL SELECT 'small', 4.9e-324, 1, 0, 0, run_uuid FROM runs"
mlflow-c registry tag loan@1 audited=yes
mlflow-c registry describe loan@1 "the first"
mlflow-c runs export first ../first.run
mlflow-c registry export loan@champion ../loan.model
mlflow-c runs export first ../first.run; echo "exit $?"
mlflow-c runs export frist ../x; echo "exit $?"
cd .. && find first.run loan.model -type f | sort
cd there && loan && cd ..

cd there
export MLFLOW_C_SEED=2
mlflow-c run -q -j 2 --name own
mlflow-c registry import ../loan.model
mlflow-c runs import ../first.run; echo "exit $?"
mlflow-c registry list -q --plain | cut -f 1-3,5
mlflow-c registry verify -q --plain
mlflow-c registry show loan@2 --json | jq -c '.data | [.version, .description, .tags, .signature[0].name]'
for at in ../here .; do
	mlflow-c --project $at runs show first --json | jq -c '.data | del(.start, .models)'
done >shown
uniq shown | wc -l
for at in ../here .; do
	sqlite3 $at/runs/mlflow.db "SELECT key, quote(value), step, timestamp FROM metrics m JOIN runs r USING (run_uuid) WHERE r.name = 'first' ORDER BY 1;
		SELECT d.name, d.digest, t.value FROM inputs i JOIN datasets d ON d.dataset_uuid = i.source_id
		JOIN runs r ON r.run_uuid = i.destination_id LEFT JOIN input_tags t USING (input_uuid) WHERE r.name = 'first' ORDER BY 1"
done | sort | uniq -c | awk '$1 != 2' | wc -l
mlflow-c registry alias loan --json | jq -c '.data | length'
mlflow-c run --changed -j 2 --name again 2>&1 | grep -c 'nothing changed'

# nothing of it
mlflow-c runs delete first && mlflow-c registry delete loan@2 --yes && mlflow-c runs gc -q
cp -r ../first.run ../bad.run
echo >>../bad.run/artifacts/report.json
mlflow-c runs import ../bad.run; echo "exit $?"
rm ../bad.run/artifacts/report.json
mlflow-c runs import ../bad.run; echo "exit $?"
cp ../first.run/artifacts/report.json ../bad.run/artifacts/
sed 's/"name":"first"/"name":"..\/up"/' ../first.run/run.json >../bad.run/run.json
mlflow-c runs import ../bad.run; echo "exit $?"
sed 's/"path":"[^"]*loan"/"path":"..\/..\/.."/' ../first.run/run.json >../bad.run/run.json
mlflow-c runs import ../bad.run; echo "exit $?"
sed 's/"hash":"[0-9a-f]*","bare"/"hash":"'"$(head -c 64 /dev/zero | tr '\0' a)"'","bare"/' ../first.run/run.json >../bad.run/run.json
mlflow-c runs import ../bad.run; echo "exit $?"
sed 's/"status":"ok"/"status":"running"/' ../first.run/run.json >../bad.run/run.json
mlflow-c runs import ../bad.run; echo "exit $?"
head -c 200 ../first.run/run.json >../bad.run/run.json
mlflow-c runs import ../bad.run; echo "exit $?"
mlflow-c runs import ..; echo "exit $?"
ls runs/loan
mlflow-c runs import ../first.run --json | jq -c '.data | [.name, .models]'
mlflow-c store check --json | jq -c .data.problems
