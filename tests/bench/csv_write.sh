#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What it takes to write a table of ten mixed columns as CSV, beside pandas: first the writing alone, of a
# table in memory to a file (ours is hashed and synced, that of pandas is not), then whole programs that
# read a CSV file and write another. In turns, so that ratios hold on a machine whose speed drifts.
# From outside: B (folder of the build), RUNS (default 5), ROWS (default 1000000). pandas is installed
# from PyPI into build/pandas, once.
set -eu
repo=$(cd "$(dirname "$0")/../.." && pwd)
build=$(cd "$repo" && cd "${B:-build}" && pwd)
python=$repo/build/pandas/bin/python
runs=${RUNS:-5}
"$python" -c 'import pandas' 2>/dev/null || {
	{ python3 -m venv "$repo/build/pandas" && "$repo/build/pandas/bin/pip" install -q pandas; } >/dev/null 2>&1 || {
		echo "skipped: pandas cannot be installed from PyPI"
		exit 0
	}
}
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT INT TERM
mkdir -p "$tmp/conf/base" "$tmp/build/nodes"
cp "$build/tests/nodes/noop.so" "$tmp/build/nodes/"
printf 'git: false\n' >"$tmp/conf/base/mlflow-c.yml"
cat >"$tmp/conf/base/pipeline.yml" <<'Y'
all:
  nodes:
    - {name: copy, plugin: "noop:copy", inputs: {in: from}, outputs: {out: to}}
Y
cat >"$tmp/conf/base/catalog.yml" <<'Y'
from: {type: csv, filepath: from.csv}
to: {type: csv, filepath: ours.csv}
Y
cat >"$tmp/write.py" <<'P'
import sys, time
import pandas as pd
f = pd.read_csv("from.csv", parse_dates=["since"], engine="c")
begun = time.perf_counter()
f.to_csv("theirs.csv", index=False)
print("%.4f" % (time.perf_counter() - begun))
P
cat >"$tmp/same.py" <<'P'
import pandas as pd
ours, theirs = (pd.read_csv(n) for n in ("ours.csv", "theirs.csv"))
for f in (ours, theirs):
    f["since"] = pd.to_datetime(f["since"], utc=True, format="ISO8601")
pd.testing.assert_frame_equal(ours, theirs, check_exact=True)
print("both files hold the same %d rows of %d columns" % ours.shape)
P
cd "$tmp"
"$build/tests/bench/csvgen" "${ROWS:-1000000}" >from.csv
echo "== ${ROWS:-1000000} rows, writing alone"
for i in $(seq "$runs"); do
	ours=$("$build/tests/bench/csvwrite" from.csv ours.csv)
	echo "$ours $("$python" write.py)"
done | awk '
	{ ours[NR] = $1; theirs[NR] = $2; ratio[NR] = $2 / $1 }
	function sorted(a,   i, j, x) {
		for (i = 2; i <= NR; i++) { x = a[i]; for (j = i - 1; j && a[j] > x; j--) a[j + 1] = a[j]; a[j + 1] = x }
	}
	function show(what, a, unit) {
		sorted(a)
		printf "%-28s %8.3f %8.3f %8.3f %s\n", what, a[1], a[int((NR + 1) / 2)], a[NR], unit
	}
	END {
		printf "%-28s %8s %8s %8s\n", NR " runs", "min", "median", "max"
		show("mlflow-c", ours, "s")
		show("pandas to_csv", theirs, "s")
		show("pandas / mlflow-c, by turns", ratio, "times")
	}'
"$python" same.py
echo "== reading and writing, whole programs"
"$build/tests/bench/pair" -n "$runs" "pandas" "$python write.py >/dev/null" \
	"mlflow-c run" "$build/mlflow-c run -q; rm -rf runs"
