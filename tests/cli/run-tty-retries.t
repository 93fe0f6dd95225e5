# A node that waits for its next attempt does not count as running, on a terminal and as an event.
. "$REPO/tests/cli/paces.sh"
paces
install -m 755 "$FIXTURES/faults.so" build/nodes/
cat >conf/base/pipeline.yml <<-END
again:
  nodes:
    - {name: flaky, plugin: "faults:flaky", outputs: {table: numbers}, retries: 1}
END
terminal 80 'mlflow-c run -j 1 --color never'
rm "$TMPDIR/flaky"
mlflow-c run -j 1 -q --progress json | jq -c '[.event, .attempt, .attempts]'
