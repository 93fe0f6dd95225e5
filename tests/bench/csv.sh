#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A CSV file into columns, whole programs on one core: `catalog validate` with declared types and with
# inferred ones, libcsv's walk over the fields and no more, pandas read_csv, DuckDB CREATE TABLE AS. CPU
# seconds (user and system), because other programs share the machine; rounds take turns.
# From outside: B (folder of the build), ROWS (default 7,000,000: 519 MB), RUNS (default 5), PANDAS (a
# version; default: the newest), VENV (default build/bench-venv).
set -eu
repo=$(cd "$(dirname "$0")/../.." && pwd)
build=$(cd "$repo" && cd "${B:-build}" && pwd)
venv=${VENV:-$build/bench-venv${PANDAS:+-$PANDAS}}
if ! [ -x "$venv/bin/python" ]; then
	python3 -m venv "$venv"
	"$venv/bin/pip" install -q "pandas${PANDAS:+==$PANDAS}" duckdb ${PANDAS:+'numpy<2'}
fi
tmp=$(mktemp -d "$build/bench-csv.XXXXXX")
trap 'rm -rf "$tmp"' EXIT INT TERM
mkdir -p "$tmp/conf/base"
"$build/tests/bench/csvgen" "${ROWS:-7000000}" >"$tmp/m.csv"
cat >"$tmp/conf/base/catalog.yml" <<'Y'
inferred: {type: csv, filepath: m.csv}
declared:
  type: csv
  filepath: m.csv
  load_args: {dtype: {id: int64, city: utf8, plan: utf8, amount: float64, rate: float64, visits: int64,
    note: utf8, since: timestamp, balance: float64, active: bool}}
Y
cat >"$tmp/pandas_read.py" <<'P'
import pandas
assert len(pandas.read_csv("m.csv").columns) == 10
P
cat >"$tmp/duckdb_read.py" <<'P'
import duckdb
c = duckdb.connect()
c.execute("set threads = 1")
c.execute("create table t as select * from read_csv('m.csv')")
P
cd "$tmp"
"$venv/bin/python" - "$build" "$venv/bin/python" "${RUNS:-5}" <<'P'
import os, statistics, subprocess, sys
build, python, runs = sys.argv[1], sys.argv[2], int(sys.argv[3])
# not imported here: what a child begins with counts for its peak
version = lambda name: subprocess.check_output([python, "-c", f"import {name}; print({name}.__version__)"], text=True).strip()
size = os.path.getsize("m.csv") / 1e6
programs = {
    "mlflow-c, types declared": [build + "/mlflow-c", "-q", "catalog", "validate", "declared"],
    "mlflow-c, types inferred": [build + "/mlflow-c", "-q", "catalog", "validate", "inferred"],
    "libcsv, fields only": [build + "/tests/bench/csvequal", "--libcsv", "m.csv"],
    f"pandas {version('pandas')} read_csv": [python, "pandas_read.py"],
    f"DuckDB {version('duckdb')} CREATE TABLE AS": [python, "duckdb_read.py"],
}
cpu = {name: [] for name in programs}
peak = {}
for _ in range(runs):
    for name, argv in programs.items():
        p = subprocess.Popen(["taskset", "-c", "0"] + argv, stdout=subprocess.DEVNULL)
        _, status, use = os.wait4(p.pid, 0)
        assert status == 0, name
        cpu[name].append(use.ru_utime + use.ru_stime)
        peak[name] = max(peak.get(name, 0), use.ru_maxrss / 1024)
first = cpu["mlflow-c, types declared"]
print(f"{size:.0f} MB, {runs} rounds, one core{'':24} cpu s: median (min-max)   MB/s   x ours   MiB")
for name, t in cpu.items():
    ratio = sorted(a / b for a, b in zip(t, first))
    print(f"{name:44} {statistics.median(t):6.2f} ({min(t):.2f}-{max(t):.2f})   {size / statistics.median(t):6.0f}"
          f"   {statistics.median(ratio):4.2f} ({ratio[0]:.2f}-{ratio[-1]:.2f})   {peak[name]:.0f}")
P
