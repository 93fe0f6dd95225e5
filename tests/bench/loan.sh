#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The loan pipeline of the example end to end, beside an equal project of Kedro, pandas, scikit-learn and
# xgboost (tests/bench/loan/kedro): once with every table between the nodes in a CSV file, once with all of them
# in memory. Whole processes, by turns, on one machine; the source is there before. Ours checks its
# contracts, records the run, registers the model and flushes what it wrote to the disk; theirs does not.
# From outside: B (folder of the build), ROWS (default "45000 1000000"), FLAVORS (default "linear xgboost"),
# RUNS (default 5), VENV (default build/bench-loan).
set -eu
repo=$(cd "$(dirname "$0")/../.." && pwd)
build=$(cd "$repo" && cd "${B:-build}" && pwd)
venv=${VENV:-$build/bench-loan}
if ! [ -x "$venv/bin/kedro" ]; then
	python3 -m venv "$venv"
	"$venv/bin/pip" install -q kedro 'kedro-datasets[pandas-csvdataset,pickle-pickledataset,json-jsondataset]' \
		pandas scikit-learn xgboost joblib
fi
tmp=$(mktemp -d "$build/bench-loan-run.XXXXXX")
trap 'rm -rf "$tmp"' EXIT INT TERM
umask 022
mkdir -p "$tmp/ours/build/nodes" "$tmp/ours/nodes"
cp -R "$repo/conf" "$tmp/ours/"
cp "$repo"/nodes/*.c "$tmp/ours/nodes/"
cp "$build"/nodes/*.so "$tmp/ours/build/nodes/"
cp -R "$repo/tests/bench/loan/ours/." "$tmp/ours/conf/"
cp -R "$repo/tests/bench/loan/kedro" "$tmp/kedro"
versions=$("$venv/bin/python" -c 'from importlib.metadata import version as v
print(" ".join(f"{n} {v(n)}" for n in ("kedro", "pandas", "numpy", "scikit-learn", "xgboost")))')
kedro=${versions#kedro }
sed -i "s/KEDRO_VERSION/${kedro%% *}/" "$tmp/kedro/pyproject.toml"
echo "$versions; $("$venv/bin/python" --version), libxgboost $(pkg-config --modversion libxgboost 2>/dev/null ||
	dpkg-query -Wf '${Version}' libxgboost0 2>/dev/null || echo none)"
echo "$(nproc) processors, $(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -n 1); $(df --output=fstype "$tmp" |
	tail -n 1) on $(df --output=source "$tmp" | tail -n 1), we flush to it"
for rows in ${ROWS:-45000 1000000}; do
	rm -rf "$tmp"/*/data "$tmp/ours/runs"
	(cd "$tmp/ours" && "$build/mlflow-c" run -q -p data --params "generate.rows=$rows,generate.missing=0.02")
	mkdir -p "$tmp/kedro/data/01_raw"
	ln "$tmp/ours/data/01_raw/loans.csv" "$tmp/kedro/data/01_raw/loans.csv"
	"$venv/bin/python" "$repo/tests/bench/loan/play.py" "$build/tests/bench/weigh" "$build/mlflow-c" "$tmp/ours" \
		"$venv/bin/kedro" "$tmp/kedro" "${RUNS:-5}" "$rows" "${FLAVORS:-linear xgboost}"
done
