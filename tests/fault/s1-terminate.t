# SIGTERM stops a run like Ctrl-C, with its own exit code.
. "$REPO/tests/fault/kit.sh"
begin waits
kill -TERM $run
ended 2
unharmed
runs
