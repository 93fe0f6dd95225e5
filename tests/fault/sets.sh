# SPDX-License-Identifier: Apache-2.0
# Read by the sessions that meddle with system calls: a project of parallel nodes with several outputs.
#
#	a -> data/a/table.csv, data/a/parts/ (folder), data/a/doc/doc.json   ┐
#	                                                                     ├─> c -> data/c/table.csv, data/c/doc.json
#	b -> data/b/table.csv, data/b/parts/ (folder), data/b/doc/doc.json   ┘
#
# All outputs carry the number k. `template` makes the folder base/ (the project after a run with k = 1) and
# old/ and new/, the data with k = 1 and k = 2. `fresh` copies base to work/ and goes there; `again` is the
# run that is meddled with, k = 2; `whole LABEL` checks what must hold after anything.
#
# FULL=1 tries every point; otherwise each session picks some, `some N`.

. "$REPO/tests/fault/kit.sh"
meddle=$(dirname "$MLFLOW_C")/tests/meddle
FULL=${FULL-}
[ -x "$meddle" ] || { echo 'skipped: tests/fault/meddle.c is for Linux on x86-64' >&2; exit 77; }

template()
{
	# hundreds of runs: on memory an fsync costs nothing, and what is asked here does not depend on it
	[ ! -w /dev/shm ] || { shm=$(mktemp -d /dev/shm/mlc-fault.XXXXXX) && cd "$shm" || exit; }
	trap 'cd / && rm -rf "${shm-}"' EXIT
	trap 'exit 143' TERM INT
	mkdir -p base/conf/base base/build/nodes
	install -m 755 "$FIXTURES/sets.so" base/build/nodes/
	cat >base/conf/base/pipeline.yml <<-END
	main:
	  nodes:
	    - {name: a, plugin: "sets:make", outputs: {table: at, parts: ap, doc: ad}, params: make}
	    - {name: b, plugin: "sets:make", outputs: {table: bt, parts: bp, doc: bd}, params: make}
	    - {name: c, plugin: "sets:join", inputs: {one: at, two: bt}, outputs: {table: ct, doc: cd}}
	END
	for node in a b; do
		cat <<-END
		${node}t: {type: csv, filepath: data/$node/table.csv}
		${node}d: {type: json, filepath: data/$node/doc/doc.json}
		END
		echo "${node}p: {type: partitions, filepath: data/$node/parts, filename_suffix: .csv," \
			"dataset: {type: csv}, save_args: {partition_by: part}}"
	done >base/conf/base/catalog.yml
	cat >>base/conf/base/catalog.yml <<-END
	ct: {type: csv, filepath: data/c/table.csv}
	cd: {type: json, filepath: data/c/doc.json}
	END
	echo "make: {k: 1, rows: ${1:-6}}" >base/conf/base/parameters.yml
	echo 'git: false' >base/conf/base/mlflow-c.yml
	(cd base && mlflow-c run -q -j 2) || exit
	cp -r base next
	(cd next && mlflow-c run -q -j 2 --params make.k=2) || exit
	cp -r base/data old
	mv next/data new
	rm -r next
}

fresh()
{
	rm -rf work
	cp -r base work
	cd work || exit
}

again() { mlflow-c run -q -j 2 --params make.k=2 2>../said; }

# Whether the outputs of node $1 are those of the folder $2, with nothing beside them.
are() { diff -r "data/$1" "../$2/$1" >/dev/null 2>&1; }

# What must hold in any case, once a command has looked at the registry; $1 says what had happened.
whole()
{
	states=$(mlflow-c runs list -q --plain 2>../listed | cut -f 2 | tr '\n' ' ')
	[ -n "$states" ] || echo "$1: runs list says: $(tail -n 2 ../listed | tr '\n' ' ')"
	case $states in *running*) echo "$1: a run is left running" ;; esac
	sets=
	for node in a b c; do
		if are $node new; then sets=${sets}n
		elif are $node old; then sets=${sets}o
		else echo "$1: the outputs of $node are mixed: $(cd data && find $node | tr '\n' ' ')"
		fi
	done
	case $sets in nn? | ?oo | ono | oo?) ;; *) echo "$1: c is newer than what it was made of: $sets" ;; esac
	[ ! -d data ] || find data -name '.*' | sed "s|^|$1: left behind: |"
	facts=$(sqlite3 runs/mlflow.db "PRAGMA integrity_check;
		SELECT count(*) FROM mlc_intents WHERE state NOT IN ('done', 'lost');
		SELECT count(*) FROM mlc_nodes WHERE status = 'running';
		SELECT group_concat(n.name, '') FROM mlc_nodes n WHERE n.status = 'ok' AND n.num > 1" 2>&1)
	ok=$(echo "$facts" | sed -n 4p)
	[ "$(echo "$facts" | sed -n '1,3p' | tr '\n' ' ')" = 'ok 0 0 ' ] || echo "$1: the registry says: $facts"
	# what the record calls done is there
	for node in $(echo "$ok" | sed 's/./& /g'); do
		are "$node" new || echo "$1: $node is on record as ok, its outputs are not there"
	done
}

# The project works: the same run, undisturbed, gives what it should.
mends()
{
	again || echo "$1: the next run ends with $?: $(head -n 1 ../said)"
	diff -r data ../new >/dev/null || echo "$1: the next run does not give what it should"
}

# Writes what was tried for the table in docs/reliability.md: an id, then what is injected, how often, what
# must hold, what was seen. It is taken up only from a session that passes.
tally()
{
	mkdir -p "$(dirname "$MLFLOW_C")/reliability"
	printf '%s\t%s\t%s\t%s\t%s\n' "$@" >"$(dirname "$MLFLOW_C")/reliability/$1"
}
