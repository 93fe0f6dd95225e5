# A second run that would write the same dataset is told which run does.
. "$REPO/tests/fault/kit.sh"
begin waits
before=$(date +%s%3N)
mlflow-c run -j 1 2>second
echo "second: exit $?"
ms=$(($(date +%s%3N) - before))
[ $ms -lt 1000 ] && echo "at once"
sed "s/$run/PID/" second
kill -TERM $run
ended 2
unharmed
runs
