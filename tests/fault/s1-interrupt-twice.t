# A second Ctrl-C kills at once.
. "$REPO/tests/fault/kit.sh"
begin stubborn
kill -INT $run
sleep 0.3
kill -INT $run
ended 2
unharmed
recovers
