# A limit on the size of files is an error that names the file, and no death by SIGXFSZ.
. "$REPO/tests/fault/kit.sh"
project
pipeline large >conf/base/pipeline.yml
(ulimit -f 2000 && mlflow-c run -j 1)
echo "exit $?"
unharmed
recovers
