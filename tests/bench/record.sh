#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What the record costs to read: the commands that people wait for, on a store of RECORDS=100000 runs
# with 37 rows each and 1,000 model versions, as whole processes; and MLflow's client on copies of the
# same file, within its process and after a warm-up. The clients are those that `make interop` installs.
# They are not asked to order by a metric: on this file MLflow 2.9 does not answer within minutes.
set -eu
repo=$(cd "$(dirname "$0")/../.." && pwd)
build=$(cd "$repo" && cd "${B:-build}" && pwd)
records=${RECORDS:-100000}
tmp=$(mktemp -d)
[ "${KEEP-}" ] || trap 'rm -rf "$tmp"' EXIT INT TERM
umask 022

mkdir -p "$tmp/conf/base" "$tmp/build/nodes"
cp "$build/tests/nodes/noop.so" "$tmp/build/nodes/"
echo 'git: false' >"$tmp/conf/base/mlflow-c.yml"
echo 'all: {nodes: [{name: n, plugin: "noop:noop"}]}' >"$tmp/conf/base/pipeline.yml"
cd "$tmp"
PATH="$build:$PATH"
mlflow-c run -q
sqlite3 runs/mlflow.db "
	PRAGMA synchronous = OFF;
	BEGIN;
	CREATE TEMP TABLE r AS WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < $records)
		SELECT i, printf('%08x%024x', i * 2654435761 % 4294967296, i) AS id FROM c;
	CREATE TEMP TABLE k AS WITH RECURSIVE c(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM c WHERE i < 9) SELECT i FROM c;
	INSERT INTO runs (run_uuid, name, source_type, source_name, entry_point_name, user_id, status, start_time, end_time,
		source_version, lifecycle_stage, artifact_uri, experiment_id)
		SELECT id, printf('run%06d', i), 'UNKNOWN', '', '', 'ada', 'FINISHED', 1700000000000 + i * 1000,
			1700000000500 + i * 1000, '', 'active', '/nowhere/' || id, 1 FROM r;
	INSERT INTO metrics (key, value, timestamp, run_uuid, step, is_nan)
		SELECT printf('m%d', k.i), abs(random()) / 9223372036854775807.0, 1700000000000, id, 0, 0 FROM r, k;
	INSERT INTO latest_metrics (key, value, timestamp, step, is_nan, run_uuid)
		SELECT key, value, timestamp, step, is_nan, run_uuid FROM metrics;
	INSERT INTO params (key, value, run_uuid) SELECT printf('p%d', k.i), (r.i + k.i) % 7, id FROM r, k;
	INSERT INTO tags (key, value, run_uuid) SELECT printf('t%d', k.i), r.i % 5, id FROM r, k WHERE k.i < 5;
	INSERT INTO tags (key, value, run_uuid) SELECT 'mlflow.runName', printf('run%06d', i), id FROM r;
	INSERT INTO mlc_runs (num, run_id, name, status, pipeline, env, folder, host, boot, pid, start_ms, end_ms, nodes, nodes_ok)
		SELECT 1000 + i, id, printf('run%06d', i), 'ok', 'all', 'base', 'runs/d/' || i, 'h', 'b', 1,
			1700000000000 + i * 1000, 1700000000500 + i * 1000, 1, 1 FROM r;
	INSERT INTO registered_models (name, creation_time, last_updated_time) SELECT printf('model%d', i), 0, 0 FROM k;
	INSERT INTO model_versions (name, version, creation_time, last_updated_time, current_stage, source, run_id, status)
		SELECT printf('model%d', k.i), r.i, 1700000000000, 1700000000000, 'None', '/nowhere', id, 'READY'
		FROM r, k WHERE r.i <= 100;
	COMMIT;"
echo "$(sqlite3 runs/mlflow.db 'SELECT count(*) FROM runs') runs, $(wc -c <runs/mlflow.db) bytes"
mlflow-c runs tag run000001 seen=yes # the indexes are there, whoever wrote the rows
cp runs/mlflow.db old.db
cp runs/mlflow.db new.db

filter="metrics.m3 > 0.999 and params.p1 = '3'"
"$build/tests/bench/pair" -n "${RUNS:-11}" \
	"runs list" "mlflow-c runs list >/dev/null" \
	"runs show" "mlflow-c runs show run050000 >/dev/null" \
	"registry list" "mlflow-c registry list >/dev/null" \
	"registry list, one model" "mlflow-c registry list model3 >/dev/null" \
	"registry show" "mlflow-c registry show model3@50 >/dev/null" \
	"filtered search" "mlflow-c runs list --filter \"$filter\" >/dev/null" \
	"order by a metric" "mlflow-c runs list --order-by 'metrics.m3 desc' >/dev/null"

cat >client.py <<END
import logging, sys, time, warnings
warnings.simplefilter("ignore"); logging.disable(logging.WARNING)
import mlflow
from mlflow.tracking import MlflowClient
c = MlflowClient(sys.argv[1])
run = c.search_runs(["1"], max_results=1)[0].info.run_id
tries = {
    "runs list": lambda: c.search_runs(["1"], max_results=50),
    "runs show": lambda: c.get_run(run),
    "registry list": lambda: c.search_model_versions(max_results=1000),
    "registry list, one model": lambda: c.search_model_versions("name = 'model3'"),
    "filtered search": lambda: c.search_runs(["1"], sys.argv[2], max_results=50),
}
for name, f in tries.items():
    f()
    times = []
    for _ in range(5):
        begun = time.perf_counter()
        f()
        times.append((time.perf_counter() - begun) * 1000)
    times.sort()
    print(f"MLflow {mlflow.__version__}: {name}: {times[2]:.1f} ms ({times[0]:.1f}-{times[-1]:.1f})")
END
for version in 2.9:old new:new; do
	python=$repo/build/mlflow-${version%:*}/bin/python
	[ -x "$python" ] || continue
	"$python" client.py "sqlite:///$tmp/${version#*:}.db" "$filter"
done
