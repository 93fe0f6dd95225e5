# A second run that would write the same dataset waits for the first with --lock-wait, and gives up in time.
. "$REPO/tests/fault/kit.sh"
begin waits
mlflow-c run -j 1 --lock-wait 200ms 2>second
echo "gave up: exit $?"
grep -c '^waiting' second
pipeline good >conf/base/pipeline.yml
mlflow-c run -q -j 1 --lock-wait 30s --name patient 2>third &
second=$!
sleep 0.3
kill -TERM $run
ended 2
wait $second
echo "waited: exit $?"
cat third
runs
