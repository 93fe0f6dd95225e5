#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A table of ten mixed columns into a CSV file: a run that reads the file, and writes it again and records
# that, beside pandas to_csv of a frame that is in memory already. CPU seconds (user and system) of the whole
# run, reading included, against to_csv alone.
# From outside: B (folder of the build), ROWS (default 2,000,000), RUNS (default 3), VENV (default
# build/bench-venv).
set -eu
repo=$(cd "$(dirname "$0")/../.." && pwd)
build=$(cd "$repo" && cd "${B:-build}" && pwd)
venv=${VENV:-$build/bench-venv}
if ! [ -x "$venv/bin/python" ]; then
	python3 -m venv "$venv"
	"$venv/bin/pip" install -q pandas duckdb
fi
tmp=$(mktemp -d "$build/bench-write.XXXXXX")
trap 'rm -rf "$tmp"' EXIT INT TERM
mkdir -p "$tmp/conf/base" "$tmp/build/nodes" "$tmp/data"
cp "$build/tests/nodes/stream.so" "$tmp/build/nodes/"
cd "$tmp"
"$build/tests/bench/csvgen" "${ROWS:-2000000}" >data/source.csv
cat >conf/base/pipeline.yml <<'Y'
all:
  nodes:
    - {name: ingest, plugin: "stream:ingest", inputs: {table: source}, outputs: {table: raw}}
Y
printf 'source: {type: csv, filepath: data/source.csv}\nraw: {type: csv, filepath: data/raw.csv}\n' >conf/base/catalog.yml
printf 'git: false\n' >conf/base/mlflow-c.yml
"$venv/bin/python" - "$build/mlflow-c" "${RUNS:-3}" <<'P'
import os, resource, statistics, subprocess, sys, time
import pandas
frame = pandas.read_csv("data/source.csv", parse_dates=["since"])
size = os.path.getsize("data/source.csv") / 1e6
ours, theirs = [], []
for _ in range(int(sys.argv[2])):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(["taskset", "-c", "0", sys.argv[1], "run", "-q"], check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    ours.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    t = time.process_time()
    frame.to_csv("data/pandas.csv", index=False)
    theirs.append(time.process_time() - t)
ratio = sorted(b / a for a, b in zip(ours, theirs))
print(f"{size:.0f} MB, {len(frame)} rows, cpu s: median (min-max)")
for name, t in (("mlflow-c run, read + write + record", ours), (f"pandas {pandas.__version__} to_csv", theirs)):
    print(f"{name:40} {statistics.median(t):6.2f} ({min(t):.2f}-{max(t):.2f})")
print(f"to_csv takes {statistics.median(ratio):.1f} x ({ratio[0]:.1f}-{ratio[-1]:.1f})")
P
