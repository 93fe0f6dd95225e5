#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A CSV file larger than the memory budget through two nodes that work batch by batch, each writing a CSV
# file: time, and the peak of the memory of all our processes together (their PSS, looked at 20 times a
# second).
# From outside: B (folder of the build), ROWS (default 27,000,000: 2 GB), MEMORY (default 128MiB).
set -eu
repo=$(cd "$(dirname "$0")/../.." && pwd)
build=$(cd "$repo" && cd "${B:-build}" && pwd)
tmp=$(mktemp -d "$build/bench-stream.XXXXXX")
trap 'rm -rf "$tmp"' EXIT INT TERM
mkdir -p "$tmp/conf/base" "$tmp/build/nodes" "$tmp/data"
cp "$build/tests/nodes/stream.so" "$tmp/build/nodes/"
cd "$tmp"
"$build/tests/bench/csvgen" "${ROWS:-27000000}" >data/source.csv
cat >conf/base/pipeline.yml <<'Y'
all:
  nodes:
    - {name: ingest, plugin: "stream:ingest", inputs: {table: source}, outputs: {table: raw}}
    - {name: clean, plugin: "stream:clean", inputs: {table: raw}, outputs: {table: cleaned}}
Y
cat >conf/base/catalog.yml <<'Y'
source: {type: csv, filepath: data/source.csv}
raw: {type: csv, filepath: data/raw.csv}
cleaned: {type: csv, filepath: data/cleaned.csv}
Y
printf 'git: false\nmemory: %s\n' "${MEMORY:-128MiB}" >conf/base/mlflow-c.yml
cat >watch.py <<'P'
import os, subprocess, sys, time
t = time.time()
p = subprocess.Popen(sys.argv[1:])
peak = 0
while p.poll() is None:
    total = 0
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            if open(f"/proc/{pid}/comm").read().startswith("mlflow-c"):
                total += next(int(l.split()[1]) for l in open(f"/proc/{pid}/smaps_rollup") if l.startswith("Pss:"))
        except (OSError, StopIteration):
            pass
    peak = max(peak, total)
    time.sleep(0.05)
print(f"{os.path.getsize('data/source.csv') / 1e6:.0f} MB in, {time.time() - t:.1f} s, peak {peak / 1024:.0f} MiB, exit {p.returncode}")
P
python3 watch.py "$build/mlflow-c" run -q
wc -l data/raw.csv data/cleaned.csv | head -2
