#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What a node costs: 1,000 and 10,000 nodes that do nothing, chain and fan-out, recorded, beside ninja
# and make -j2 with `true`; then the start of the program and a run of one node beside `true`.
# From outside: B (folder of the build), RUNS (default 3), SIZES (default "1000 10000").
set -eu
repo=$(cd "$(dirname "$0")/../.." && pwd)
build=$(cd "$repo" && cd "${B:-build}" && pwd)
pair=$build/tests/bench/pair
runs=${RUNS:-3}
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT INT TERM

# project SHAPE N: a pipeline of N nodes in $tmp/SHAPE-N
project()
{
	dir=$tmp/$1-$2
	mkdir -p "$dir/conf/base" "$dir/build/nodes"
	cp "$build/tests/nodes/noop.so" "$dir/build/nodes/"
	printf 'git: false\n' >"$dir/conf/base/mlflow-c.yml"
	awk -v n="$2" -v shape="$1" 'BEGIN {
		print "all:\n  nodes:"
		for (i = 0; i < n; i++) {
			from = shape == "chain" ? i - 1 : 0
			printf "    - {name: n%05d, plugin: \"noop:link\"", i
			if (i) printf ", inputs: {in: d%d}", from
			if (shape == "chain" ? i < n - 1 : i == 0) printf ", outputs: {out: d%d}", i
			print "}"
		}
	}' >"$dir/conf/base/pipeline.yml"
	awk -v n="$2" -v shape="$1" 'BEGIN {
		print "rule t\n  command = true"
		for (i = 0; i < n; i++)
			print "build o" i ": t" (i ? " o" (shape == "chain" ? i - 1 : 0) : "")
	}' >"$dir/build.ninja"
	awk -v n="$2" -v shape="$1" 'BEGIN {
		print ".SUFFIXES:\nMAKEFLAGS += -r\n.PHONY: all\nall: o" n - 1
		if (shape == "fan") { printf "all:"; for (i = 0; i < n; i++) printf " o" i; print "" }
		for (i = 0; i < n; i++)
			print ".PHONY: o" i "\no" i ":" (i ? " o" (shape == "chain" ? i - 1 : 0) : "") "\n\t@true"
	}' >"$dir/Makefile"
}

for n in ${SIZES:-1000 10000}; do
	for shape in chain fan; do
		project "$shape" "$n"
		cd "$tmp/$shape-$n"
		echo "== $n nodes, $shape"
		"$pair" -n "$runs" "ninja -j2, true" "ninja -j2 >/dev/null" \
			"make -j2, true" "make -s -j2" \
			"mlflow-c run, workers" "$build/mlflow-c run -q -j2; rm -rf runs" \
			"mlflow-c run --in-process" "$build/mlflow-c run -q -j2 --in-process; rm -rf runs"
	done
done

project chain 1
cd "$tmp/chain-1"
echo "== starting"
"$pair" -n 21 "true" "/bin/true" "mlflow-c --version" "$build/mlflow-c --version >/dev/null" \
	"one node, recorded" "$build/mlflow-c run -q" \
	"one node, in-process" "$build/mlflow-c run -q --in-process"
