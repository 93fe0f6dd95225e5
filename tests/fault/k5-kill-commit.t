# Killed at any step of a commit into a database, a run leaves a table that is old or new, and no row twice.
. "$REPO/tests/fault/kit.sh"
unless asan "$0" # LeakSanitizer cannot work under strace

# Three rows are to be appended to the row 41; $@ kills one process on the way, and the next command
# finishes what was promised.
kill_at()
{
	echo "== $1"
	shift
	rm -rf conf data build before runs
	project
	rm data/*
	echo 'result: {type: sqlite, filepath: data/shop.db, table: result, save_args: {mode: append}}' >conf/base/catalog.yml
	sqlite3 data/shop.db 'CREATE TABLE result (n INTEGER); INSERT INTO result VALUES (41)'
	pipeline good | sed 3q | sed 's/name: ahead/name: good/; s/numbers/result/' >conf/base/pipeline.yml
	strace -o "$TMPDIR/trace" "$@" mlflow-c run -q -j 1 >"$TMPDIR/out" 2>&1
	grep -v -e 'Killed$' -e ^strace: "$TMPDIR/out"
	mlflow-c runs list -q --plain | cut -f 2
	sqlite3 data/shop.db 'SELECT group_concat(n) FROM result; PRAGMA integrity_check'
	ls -A data
	sqlite3 runs/mlflow.db 'SELECT state FROM mlc_intents'
	mlflow-c run -q -j 1
	echo "exit $?, $(sqlite3 data/shop.db 'SELECT group_concat(n) FROM result')"
}

kill_at 'the runner, before the commit' -e inject=clone:signal=KILL:when=2
kill_at 'the runner, after the commit' -e inject=wait4:signal=KILL:when=1
kill_at 'the runner, before the stage is removed' -P data -e inject=unlinkat:signal=KILL:when=1
kill_at 'the process that commits, in the middle' \
	-f -P "$PWD/data/shop.db" -e inject=fdatasync:signal=KILL:when=1
