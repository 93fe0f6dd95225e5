# A worker that somebody kills fails its node, not the run.
. "$REPO/tests/fault/kit.sh"
begin waits
kill -KILL $node
ended 2
unharmed
recovers
