#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Logistic regression, 1,000,000 rows of 20 columns, all on one processor: ours beside scikit-learn's lbfgs (as it comes,
# and to 1e-8) and newton-cholesky, by turns, after one round that does not count. Time of the processor in
# the fit alone; ratio to ours, round by round. scikit-learn comes from PyPI, into build/sk, once.
# From outside: B (folder of the build), RUNS (default 5), ROWS, COLUMNS.
set -eu
repo=$(cd "$(dirname "$0")/../.." && pwd)
build=$(cd "$repo" && cd "${B:-build}" && pwd)
runs=${RUNS:-5} rows=${ROWS:-1000000} columns=${COLUMNS:-20}
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT INT TERM
export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1
venv=$repo/build/sk
"$venv/bin/python" -c 'import sklearn' 2>/dev/null ||
	{ python3 -m venv "$venv" && "$venv/bin/python" -m pip install -q numpy scikit-learn; } >"$tmp/pip.log" 2>&1 ||
	{ echo "scikit-learn cannot be installed: $(tail -n 1 "$tmp/pip.log")" >&2; exit 0; }

cat >"$tmp/theirs.py" <<'END'
import sys, time, warnings
import numpy as np
from sklearn.linear_model import LogisticRegression
warnings.filterwarnings("ignore")
path, n, k, solver, tol = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4], float(sys.argv[5])
d = np.fromfile(path)
X, y = np.ascontiguousarray(d[: n * k].reshape(k, n).T), d[n * k :].astype(int)
start = time.process_time()
m = LogisticRegression(C=1, solver=solver, tol=tol, max_iter=1000).fit(X, y)
print("%.1f" % ((time.process_time() - start) * 1e3))
print(*["%.17g" % v for v in [m.intercept_[0], *m.coef_[0]]])
END
"$build/tests/bench/logistic" make "$rows" "$columns" "$tmp/data"
for round in $(seq 0 "$runs"); do
	taskset -c 0 "$build/tests/bench/logistic" time "$rows" "$columns" "$tmp/data" >"$tmp/ours"
	for other in "lbfgs 1e-4" "lbfgs 1e-8" "newton-cholesky 1e-4"; do
		# shellcheck disable=SC2086
		taskset -c 0 "$venv/bin/python" "$tmp/theirs.py" "$tmp/data" "$rows" "$columns" $other >"$tmp/theirs"
		[ "$round" = 0 ] || paste -d' ' "$tmp/ours" "$tmp/theirs" | awk -v name="$other" -v k="$columns" '
			NR == 1 { ours = $1; theirs = $2 }
			NR == 2 { for (i = 1; i <= k + 1; i++) { d = $i - $(i + k + 1); if (d < 0) d = -d; if (d > off) off = d } }
			END { print name "\t" ours "\t" theirs "\t" ours / theirs "\t" off }' >>"$tmp/all"
	done
done
echo "$rows x $columns, $runs rounds, medians (spread); off: largest difference of a coefficient"
sort -t"$(printf '\t')" -k1,1 -k4,4g "$tmp/all" | awk -F'\t' '
	function tell() { if (n) printf "%-22s ours %7.1f ms  theirs %8.1f ms  ours / theirs %.3f (%.3f-%.3f)  off %.1e\n", name, o[int((n + 1) / 2)], t[int((n + 1) / 2)], r[int((n + 1) / 2)], r[1], r[n], off }
	$1 != name { tell(); name = $1; n = off = 0 }
	{ n++; o[n] = $2; t[n] = $3; r[n] = $4; if ($5 > off) off = $5 }
	END { tell() }'
