# Ctrl-C and the death of the run end a hook at once, in workers and in this process.
. "$REPO/tests/fault/kit.sh"
project
cat >wait.sh <<END
trap 'echo tidied; exit 1' TERM
echo \$\$ >$TMPDIR/node
sleep 60 &
wait
END
# Runs with the flags $2 until the hook at $1 is at work, and sends the signal $3.
stopped()
{
	echo "== $*"
	printf 'hooks:\n  - {on: %s, command: [sh, wait.sh]%s}\n' "$1" "${4-}" >conf/base/mlflow-c.yml
	echo "  - {on: [on_run_error, on_node_error, after_run], command: [touch, called]}" >>conf/base/mlflow-c.yml
	start -q -j 1 $2 >said 2>&1
	kill "-$3" "$run"
	ended 4
	diff -r before data >/dev/null && echo 'data: untouched'
	[ ! -e called ] || echo 'another hook was called'
}
pipeline good >conf/base/pipeline.yml
stopped before_run '' INT
stopped before_node '' INT ', nodes: ahead'
stopped before_run --in-process INT
stopped before_node --in-process INT ', nodes: ahead'
stopped after_run '' KILL # after_ points go in reverse: the other one comes first
rm called
cp -r before/. data
stopped before_node '' KILL ', nodes: ahead'
stopped before_run --in-process KILL
rm conf/base/mlflow-c.yml
mlflow-c run -q -j 1
runs | cut -f 2
