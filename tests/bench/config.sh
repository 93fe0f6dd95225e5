#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What configuration costs: `validate` of 10,000 nodes, beside PyYAML's C loader on the same file (which
# only builds the tree), and the commands that people wait for. Medians of RUNS=7, in turns.
set -eu
repo=$(cd "$(dirname "$0")/../.." && pwd)
build=$(cd "$repo" && cd "${B:-build}" && pwd)
runs=${RUNS:-7}
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT INT TERM
umask 022

# $1 nodes in the shape $2; with `rich` each has parameters, tags, two inputs and catalog entries.
project()
{
	mkdir -p "$tmp/$2/conf/base" "$tmp/$2/build/nodes"
	cp "$build/tests/nodes/noop.so" "$tmp/$2/build/nodes/"
	awk -v n="$1" -v shape="$2" 'BEGIN {
		print "all:\n  nodes:"
		for (i = 0; i < n; i++) {
			from = shape == "fan" ? 0 : i - 1
			printf "    - {name: n%05d, plugin: \"noop:link\"", i
			if (shape == "rich") printf ", tags: [daily, t%d], retries: 1, timeout: 10m", i % 50
			if (i) printf ", inputs: {in: d%d}", from
			if (shape != "fan" || i == 0) printf ", outputs: {out: d%d}", i
			print "}"
		}
	}' >"$tmp/$2/conf/base/pipeline.yml"
	[ "$2" != rich ] || awk -v n="$1" 'BEGIN {
		for (i = 0; i < n; i++)
			printf "d%d: {type: csv, filepath: data/d%d.csv, metadata: {layer: raw}}\n", i, i
	}' >"$tmp/$2/conf/base/catalog.yml"
}

ms()
{
	begin=$(date +%s%N)
	"$@" >/dev/null 2>&1
	echo $((($(date +%s%N) - begin) / 10000)) # hundredths of a millisecond
}

# The columns of the file $1: median, least and most, in milliseconds.
medians()
{
	awk '{ for (i = 1; i <= NF; i++) v[i, NR] = $i; n = NF } END {
		for (i = 1; i <= n; i++) {
			for (a = 1; a <= NR; a++) for (b = a + 1; b <= NR; b++)
				if (v[i, b] < v[i, a]) { t = v[i, a]; v[i, a] = v[i, b]; v[i, b] = t }
			printf "%s%.1f (%.1f-%.1f)", (i > 1 ? "  " : ""), v[i, int((NR + 1) / 2)] / 100, v[i, 1] / 100, v[i, NR] / 100
		}
		print ""
	}' "$1"
}

loader='import sys, yaml; yaml.load(open(sys.argv[1]), Loader=yaml.CSafeLoader)'
peer=$(python3 -c 'import yaml; yaml.CSafeLoader' 2>/dev/null && echo yes || true)
for shape in chain fan rich; do
	project 10000 "$shape"
	: >"$tmp/times"
	for i in $(seq "$runs"); do
		own=$(ms "$build/mlflow-c" --project "$tmp/$shape" validate)
		list=$(ms "$build/mlflow-c" --project "$repo" pipeline list)
		help=$(ms "$build/mlflow-c" run --help)
		theirs=0
		[ -z "$peer" ] || theirs=$(ms python3 -c "$loader" "$tmp/$shape/conf/base/pipeline.yml")
		echo "$own $list $help $theirs" >>"$tmp/times"
	done
	echo "10,000 nodes, $shape, in ms: validate; pipeline list of the example, run --help, ${peer:+CSafeLoader alone}"
	medians "$tmp/times"
done
