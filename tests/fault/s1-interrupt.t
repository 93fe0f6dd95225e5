# Ctrl-C stops the run: the node is asked, the run is cancelled, nothing is published.
. "$REPO/tests/fault/kit.sh"
begin waits
kill -INT $run
ended 2
gone "$(cat "$TMPDIR/child")" || echo "the node's child still runs"
unharmed
recovers
