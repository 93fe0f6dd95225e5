# After kill -9 of the runner no process stays, and the next command calls the run interrupted.
. "$REPO/tests/fault/kit.sh"
begin waits
kill -KILL $run
ended 2
gone "$(cat "$TMPDIR/child")" || echo "the node's child still runs"
mlflow-c runs list --plain | cut -f 1,2
diff -r before data && echo 'data: untouched'
recovers | head -n 1
