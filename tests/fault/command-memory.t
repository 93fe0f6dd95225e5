# A program is held to the memory limit of its node, and its failure names it.
. "$REPO/tests/fault/kit.sh"
unless asan "$0"
project
cat >conf/base/pipeline.yml <<'YML'
main:
  nodes:
    - name: bad
      command: [sh, -c, 'head -c 300000000 /dev/zero | tail -c 300000000 >"$0" 2>&1 || exit 9', "{output:result}"]
      outputs: result
      resources: {memory: 64MiB}
YML
mlflow-c run -q -j 1
echo "exit $?"
unharmed
sed -i 's/64MiB/4GiB/; s/>"$0"/| wc -c >"$0"/' conf/base/pipeline.yml
mlflow-c run -q -j 1
echo "exit $?"
cat data/result.csv
