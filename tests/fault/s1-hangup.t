# A terminal that closes stops the run; under nohup it goes on.
. "$REPO/tests/fault/kit.sh"
begin waits
kill -HUP $run
ended 2
unharmed
runs
trap '' HUP
begin waits
kill -HUP $run
sleep 0.3
kill -0 $run && echo "still running"
kill -TERM $run
ended 2
