# A node that ignores SIGTERM is killed 5 seconds after Ctrl-C.
. "$REPO/tests/fault/kit.sh"
begin stubborn
kill -INT $run
ended 6
[ $(($(date +%s%3N) - now)) -ge 5000 ] && echo "after 5 s"
unharmed
recovers
