# MLflow 2.9 and the newest one work on our store, also after their upgrade of it, and ours on theirs.
# The clients come from PyPI, into build/mlflow-2.9 and build/mlflow-new, once.
. "$REPO/tests/cli/kit.sh"
export MLFLOW_DISABLE_TELEMETRY=true DO_NOT_TRACK=true
client()
{
	venv=$REPO/build/mlflow-$1
	shift
	"$venv/bin/python" -c 'import mlflow.store.tracking.sqlalchemy_store' 2>/dev/null ||
		{ python3 -m venv "$venv" && "$venv/bin/pip" install -q "$@"; } >pip.log 2>&1 || {
		echo "skipped: MLflow cannot be installed from PyPI: $(tail -n 1 pip.log)" >&2
		exit 77
	}
}
client 2.9 mlflow-skinny==2.9.2 'sqlalchemy<2.1' alembic sqlparse 'setuptools<81' numpy pandas
client new mlflow-skinny sqlalchemy alembic sqlparse numpy pandas
"$REPO/build/mlflow-new/bin/python" -c 'import mlflow; print("newest:", mlflow.__version__)' >"$REPO/build/mlflow-new/version"

play() { "$REPO/build/mlflow-$1/bin/python" "$REPO/tests/interop/mlflow_client.py" "$2" "sqlite:///$3" 2>client.log || tail -n 3 client.log; }
ours() { sqlite3 "$1" .dump | grep "^INSERT INTO mlc_\|^CREATE.* mlc_"; }

export USER=ada
unset LOGNAME LNAME USERNAME
loan
mlflow-c run -q -j 2 --name first
mlflow-c run -q -j 2 --name second --params train.l2=100000
cp -r runs kept

for version in 2.9 upgraded new; do
	echo "== $version"
	client=$version
	[ $version != upgraded ] || client=new
	# artifact paths are absolute: the copies take turns at one place
	rm -rf runs && cp -r kept runs
	ours runs/mlflow.db >before
	if [ $version = upgraded ]; then
		"$REPO/build/mlflow-new/bin/python" -m mlflow db upgrade sqlite:///runs/mlflow.db >upgrade.log 2>&1 ||
			tail -n 3 upgrade.log
	fi
	play $client use "$PWD/runs/mlflow.db"
	ours runs/mlflow.db | cmp before - && echo "our tables, rows and indexes are whole"
	sqlite3 runs/mlflow.db 'PRAGMA integrity_check; SELECT count(*) FROM sqlite_master WHERE name = "mlc_runs_by_name"'
	mlflow-c runs list -q --plain | cut -f 1-3
	mlflow-c runs list -q --plain --deleted | cut -f 1,2
	mlflow-c runs list -q --plain --filter "metrics.auc > 0.6 and tags.team = 'ops'" | cut -f 1,2
	mlflow-c runs show first --json | jq -c '.data | .tags.team, .deleted'
	mlflow-c runs show theirs --json | jq -c '.data | .metrics, .params, .models'
	mlflow-c registry list -q --plain | cut -f 1-3
	mlflow-c registry show loan@challenger --json | jq -c '.data | [.version, .aliases, .stage, .description, .tags, .model_tags]'
	mlflow-c registry show tree@champion --json | jq -c '.data | [.version, .bytes, .model_description, .files]'
	mlflow-c registry verify -q --plain
	mlflow-c runs restore second 2>&1
	mlflow-c registry promote loan@2 --to champion --stage Production --yes
	mlflow-c registry delete tree@1 --yes
	mlflow-c run -q -j 2 --name third
	mlflow-c registry list -q --plain | cut -f 1-3
	play $client look "$PWD/runs/mlflow.db"
done

for version in 2.9 new; do
	echo "== made by $version"
	play $version make "$PWD/theirs-$version.db"
	export MLFLOW_C_STORE=theirs-$version.db
	mlflow-c runs list -q --plain | cut -f 1-3
	mlflow-c runs show theirs --json | jq -c '.data | .status, .metrics, .params, .tags.team, .nodes'
	mlflow-c registry list | sed 's/20[0-9-]* [0-9:]*/_/'
	mlflow-c registry show tree | grep -v '^created\|^user'
	mlflow-c registry show greeting 2>&1
	mlflow-c runs tag theirs seen=yes
	sqlite3 "theirs-$version.db" "PRAGMA integrity_check; SELECT value FROM tags WHERE key = 'seen'"
done
