# What a node does to its process stays there.
. "$REPO/tests/fault/kit.sh"
project
pipeline messes >conf/base/pipeline.yml
mlflow-c run -j 1
echo "exit $?"
cat data/result.csv data/copy.csv
stat -c '%A %n' data/result.csv data/copy.csv
runs
