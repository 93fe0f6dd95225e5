# A node that asks whether it is being stopped can end by itself.
. "$REPO/tests/fault/kit.sh"
begin polite
kill -INT $run
ended 2
unharmed
cat runs/*/*/logs/bad.log
recovers
