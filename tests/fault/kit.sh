# SPDX-License-Identifier: Apache-2.0
# Read by the sessions of this folder: a project in which one node misbehaves.
#
#	ahead -> (memory)
#	bad ---> data/result.csv ---> behind ---> data/copy.csv ---> last -> (memory)
#
# Both files are there before the run. `fault NODE [KEYS]` runs the pipeline with faults:NODE as `bad`
# (KEYS are further keys of it in pipeline.yml), shows what is said, and checks what must hold after
# any failure: the files are byte for byte what they were, nothing lies beside them, the run is on
# record, and the next run works.

umask 022

# Prints pipeline.yml with faults:$1 as the node `bad`, and its further keys $2.
pipeline()
{
	cat <<-END
	main:
	  nodes:
	    - {name: ahead, plugin: "faults:good", outputs: {table: numbers}}
	    - {name: bad, plugin: "faults:$1", outputs: {table: result}${2:+, $2}}
	    - {name: behind, plugin: "faults:passes", inputs: {table: result}, outputs: {table: copy}}
	    - {name: last, plugin: "faults:passes", inputs: {table: copy}, outputs: {table: end}}
	END
}

project()
{
	mkdir -p conf/base data build/nodes
	install -m 755 "$FIXTURES/faults.so" build/nodes/
	cat >conf/base/catalog.yml <<-END
	result: {type: csv, filepath: data/result.csv}
	copy: {type: csv, filepath: data/copy.csv}
	END
	printf 'n\n41\n' >data/result.csv
	printf 'n\n42\n' >data/copy.csv
	cp -r data before
}

# The files of data/ are the old ones, byte for byte, and there are no others, hidden or not.
unharmed()
{
	diff -r before data && echo 'data: untouched'
	[ ! -d runs ] || find runs -path '*/scratch*' -o -path '*/memory*'
}

# What the registry says of the runs: name, state, nodes that are ok.
runs()
{
	mlflow-c runs list -q --plain | cut -f 1,2,7
}

# The project still works: the same pipeline with a good node.
recovers()
{
	pipeline good >conf/base/pipeline.yml
	mlflow-c run -q -j 1
	echo "next run: exit $?, $(tr '\n' ' ' <data/copy.csv)"
	runs
}

# Runs it, with further flags of `run` in $flags.
fault()
{
	project
	pipeline "$@" >conf/base/pipeline.yml
	mlflow-c run -j 1 ${flags-}
	echo "exit $?"
	unharmed
	recovers
}

# Starts a run in the background and waits until a node says it is at work; sets $run, $node, $now.
start()
{
	mlflow-c run "$@" &
	run=$!
	until [ -s "$TMPDIR/node" ] || ! kill -0 $run; do sleep 0.02; done
	node=$(cat "$TMPDIR/node")
	rm "$TMPDIR/node"
	now=$(date +%s%3N)
}

# The same with faults:$1 as the node `bad`.
begin()
{
	project
	pipeline "$@" >conf/base/pipeline.yml
	start -j 1
}

# Waits for $run; says how it ended, and whether within $1 seconds of the beginning.
ended()
{
	wait "$run" 2>/dev/null # the shell may say how it died, or not
	echo "exit $?"
	[ $(($(date +%s%3N) - now)) -lt "${1}000" ] && echo "within $1 s"
	gone "$node" || echo "the node still runs"
}

# Sleeps until the $1-th of many moments that are spread over $2 ms, in an order that seems random.
moment()
{
	sleep "$(awk -v n="$1" -v span="$2" 'BEGIN { x = n * 0.6180339887; printf "%.4f", (x - int(x)) * span / 1000 }')"
}

# Waits for process $1 to be gone, a second at most.
gone()
{
	for i in 1 2 3 4 5 6 7 8 9 10; do
		kill -0 "$1" 2>/dev/null || return 0
		sleep 0.1
	done
	return 1
}

# Ends the session with what its .out holds if the program is built with the sanitizer $1, under which
# it cannot be played; $2 is the session.
unless()
{
	grep -q "__$1_init" "$MLFLOW_C" || return 0
	out=${2%.t}.out
	sed -n '/^--- stdout$/,/^--- stderr$/p' "$out" | sed '1d; $d'
	sed -n '/^--- stderr$/,/^--- exit/p' "$out" | sed '1d; $d' >&2
	exit 0
}
