# When another node fails, a node that waits for its next attempt has failed as well.
. "$REPO/tests/fault/kit.sh"
project
cat >conf/base/pipeline.yml <<END
main:
  nodes:
    - {name: a_waits, plugin: "faults:fails", outputs: {table: copy}, retries: 5}
    - {name: bad, plugin: "faults:segv", outputs: {table: result}}
END
before=$(date +%s%3N)
mlflow-c run -j 1 --json >answer.json
echo "exit $?"
ms=$(($(date +%s%3N) - before))
[ $ms -lt 800 ] && echo "at once"
jq -r '.data.nodes[] | [.name, .status, .attempts, .error.code] | @tsv' answer.json
unharmed
runs
