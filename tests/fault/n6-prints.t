# A log keeps 10 MiB of what a node prints: the head and the tail, and says what is missing.
. "$REPO/tests/fault/kit.sh"
project
pipeline prints >conf/base/pipeline.yml
mlflow-c run -j 1 --name first
echo "exit $?"
log=runs/default/first/logs/bad.log
wc -c <$log
grep -n 'left out' $log
