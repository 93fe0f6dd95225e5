#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What the record adds to the loan run: the same writes without the run, where fsync is free (what is left
# is our own cost) and on the disk of TMPDIR.
set -eu
repo=$(cd "$(dirname "$0")/../.." && pwd)
build=$(cd "$repo" && cd "${B:-build}" && pwd)
for where in /dev/shm "${TMPDIR:-/tmp}"; do
	tmp=$(mktemp -d "$where/recording-XXXXXX")
	echo "in $where"
	"$build/tests/bench/recording" "$tmp" "${RUNS:-50}"
	rm -r "$tmp"
done
