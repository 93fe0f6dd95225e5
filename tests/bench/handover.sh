#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What it takes to hand a 100 MiB table to the next node: from the moment the writer has nothing left
# to do (its last line before returning) to the reader's first value. In between: DONE, the writer's
# end, its record, the reader's fork, its plugin, one mapping. Page faults are stated apart: the
# reader's first scan pays them, the second does not.
# From outside: B (folder of the build), RUNS (default 11).
set -eu
repo=$(cd "$(dirname "$0")/../.." && pwd)
build=$(cd "$repo" && cd "${B:-build}" && pwd)
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT INT TERM
mkdir -p "$tmp/conf/base" "$tmp/build/nodes"
cp "$build/tests/nodes/big.so" "$tmp/build/nodes/"
cat >"$tmp/conf/base/pipeline.yml" <<'Y'
all:
  nodes:
    - {name: write, plugin: "big:big_write", outputs: {table: t}}
    - {name: read, plugin: "big:big_read", inputs: {table: t}}
Y
printf 'git: false\n' >"$tmp/conf/base/mlflow-c.yml"
cd "$tmp"
for i in $(seq "${RUNS:-11}"); do
	rm -rf runs
	"$build/mlflow-c" run -q
	cat runs/*/*/logs/*.log
done | awk '
	$1 == "begun" { begun = $2; first = $4; scan[++n] = $6; again[n] = $8; faults = $10; rows = $12 }
	$1 == "written" { written = $2 }
	written && begun { total[n] = first - written; own[n] = first - begun; written = begun = 0 }
	function sorted(a, n,   i, j, x) {
		for (i = 2; i <= n; i++) { x = a[i]; for (j = i - 1; j && a[j] > x; j--) a[j + 1] = a[j]; a[j + 1] = x }
	}
	function show(what, a) {
		sorted(a, n)
		printf "%-46s %9.1f %9.1f %9.1f us\n", what, a[1], a[int((n + 1) / 2)], a[n]
	}
	END {
		printf "%d runs, %d rows, %d MiB %20s %9s %9s\n", n, rows, rows * 8 / 1048576, "min", "median", "max"
		show("writer ready to return -> first value read", total)
		show("of that, within the reading node", own)
		show("first scan (pays the page faults)", scan)
		show("second scan", again)
		printf "page faults of the first scan: %d\n", faults
	}'
