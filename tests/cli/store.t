# The registry is made, checked, copied, packed, found after a move, and may lie anywhere.
. "$REPO/tests/cli/kit.sh"
here() { sed "s|$PWD|.|g; s/[0-9][0-9.]* [kM]B/_/; s/[0-9]* bytes/_ bytes/g; s/before, [0-9]*/before, _/"; }
loan
mlflow-c store check; echo "exit $?"
mlflow-c store init | here
mlflow-c run -q -j 2 --name one
mlflow-c store check | here
mlflow-c store check --json | jq -c '.data | del(.path, .bytes)'
mlflow-c store upgrade -q; echo "exit $?"
mlflow-c store backup copies/one.db 2>&1 | here
mlflow-c store backup copies/one.db; echo "exit $?"
mlflow-c --store copies/one.db runs list -q --plain | cut -f 1,2
MLFLOW_C_STORE=copies/one.db mlflow-c registry list -q --plain | cut -f 1-3
ls copies
mlflow-c runs delete one
mlflow-c store vacuum 2>&1 | here
mlflow-c runs restore one
sqlite3 runs/mlflow.db "INSERT INTO registered_model_aliases VALUES ('lost', 9, 'loan'); DELETE FROM runs"
mlflow-c store check 2>&1 | here
mlflow-c store check --json >/dev/null; echo "exit $?"
cp copies/one.db runs/mlflow.db

# moved, as a clone or a restored backup is
mkdir moved
mv conf build data runs moved
cd moved
mlflow-c store relocate 2>&1 | sed "s|$PWD|NEW|g; s|${PWD%/moved}|OLD|g"
mlflow-c store relocate
sqlite3 runs/mlflow.db "SELECT artifact_uri FROM runs; SELECT source, storage_location FROM model_versions" | sed "s|$PWD|NEW|g"
mlflow-c registry verify -q --plain
cd ..
# a place of its own, for two projects
echo 'store: ../shared/all.db' >moved/mlflow-c.yml
mkdir -p moved/conf/base && mv moved/mlflow-c.yml moved/conf/base/mlflow-c.yml
cp -r moved other
(cd moved && mlflow-c run -q -j 2 --name mine)
(cd other && mlflow-c run -q -j 2 --name yours)
(cd other && mlflow-c registry verify -q --plain && mlflow-c runs list -q --plain | cut -f 1,2)
ls shared
