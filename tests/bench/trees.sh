#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# One row at a time through 100 trees of depth 6, trained on 45,000 rows of 14 columns: our evaluator beside
# libxgboost's XGBoosterPredictFromDense with one thread, by turns; the margins of all rows must be the same to
# the bit. Time of the processor, microseconds a row. The model is trained by Python's xgboost from PyPI, in
# build/xgb-new, whose library is the one that is measured, unless LIBRARY names another.
# From outside: B (folder of the build), RUNS (default 5), LIBRARY.
set -eu
repo=$(cd "$(dirname "$0")/../.." && pwd)
build=$(cd "$repo" && cd "${B:-build}" && pwd)
runs=${RUNS:-5}
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT INT TERM
export OMP_NUM_THREADS=1
venv=$repo/build/xgb-new
"$venv/bin/python" -c 'import xgboost' 2>/dev/null ||
	{ python3 -m venv "$venv" && "$venv/bin/python" -m pip install -q --no-deps xgboost && "$venv/bin/python" -m pip install -q numpy scipy; } >"$tmp/pip.log" 2>&1 ||
	{ echo "xgboost cannot be installed: $(tail -n 1 "$tmp/pip.log")" >&2; exit 0; }
"$venv/bin/python" - "$tmp" <<'END' >"$tmp/library"
import glob, os, sys
import numpy as np
import xgboost as xgb
rng = np.random.default_rng(7)
x = rng.normal(size=(45000, 14)).astype(np.float32)
x[rng.random(x.shape) < 0.05] = np.nan
s = np.nan_to_num(x) @ rng.normal(size=14) + np.nan_to_num(x[:, 0] * x[:, 1]) + rng.normal(size=45000)
p = {"objective": "binary:logistic", "tree_method": "hist", "max_depth": 6, "nthread": 1, "seed": 1}
xgb.train(p, xgb.DMatrix(x, s > 0), 100).save_model(sys.argv[1] + "/model.ubj")
x.tofile(sys.argv[1] + "/rows")
print(glob.glob(os.path.dirname(xgb.__file__) + "/lib/libxgboost.so")[0])
END
library=${LIBRARY:-$(cat "$tmp/library")}
"$build/tests/bench/trees" margins "$tmp/model.ubj" "$tmp/rows" "$tmp/ours"
"$build/tests/bench/theirs" margins "$library" "$tmp/model.ubj" "$tmp/rows" 14 "$tmp/theirs"
cmp "$tmp/ours" "$tmp/theirs"
echo "margins of $(($(wc -c <"$tmp/ours") / 4)) rows are equal to the bit"
for round in $(seq 1 "$runs"); do
	echo "$("$build/tests/bench/trees" time "$tmp/model.ubj" "$tmp/rows") $("$build/tests/bench/theirs" time "$library" "$tmp/model.ubj" "$tmp/rows" 14)"
done | awk '{ print $1, $3, $3 / $1, $2 }' | sort -k3,3g | awk '
	{ ours[NR] = $1; theirs[NR] = $2; ratio[NR] = $3; if ($1 > worst) worst = $1; all[NR] = $4 }
	END { m = int((NR + 1) / 2)
		printf "one row: ours %.2f us (at most %.2f), theirs %.2f us, %.1f times (%.1f-%.1f); all rows at once: ours %.2f us a row\n",
			ours[m], worst, theirs[m], ratio[m], ratio[1], ratio[NR], all[m] }'
