# A version that another program registered is listed without what it does not say.
mkdir -p conf/base build/nodes
cp "$FIXTURES/noop.so" build/nodes/
echo 'git: false' >conf/base/mlflow-c.yml
echo 'all: {nodes: [{name: n, plugin: "noop:noop"}]}' >conf/base/pipeline.yml
mlflow-c run -q
sqlite3 runs/mlflow.db "
	INSERT INTO registered_models (name, creation_time, last_updated_time) VALUES ('theirs', 0, 0);
	INSERT INTO model_versions (name, version, creation_time, last_updated_time, current_stage, source, status)
		VALUES ('theirs', 1, 1736910000000, 1736910000000, 'None', '/elsewhere/model', 'READY')"
mlflow-c registry list
mlflow-c registry list --json | jq -c '.data[] | [.name, .version, .bytes, .created]'
