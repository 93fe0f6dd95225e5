# run --changed after a failure runs the node that failed and those behind it, and no other.
. "$REPO/tests/fault/kit.sh"
project
pipeline good >conf/base/pipeline.yml
again()
{
	mlflow-c run --changed -j 1 2>&1 | grep -E ' \[[0-9]+.[0-9]+\] (ok|cached|failed|skipped)| done '
}
again
again
pipeline fails >conf/base/pipeline.yml
again
again
pipeline good >conf/base/pipeline.yml
again
echo '== memory whose reader is not cached: its producer runs once more, and is said once'
cat >conf/base/pipeline.yml <<-END
main:
  nodes:
    - {name: first, plugin: "faults:good", outputs: {table: made}}
    - {name: left, plugin: "faults:passes", inputs: {table: made}, outputs: {table: passed}}
    - {name: right, plugin: "faults:passes", inputs: {table: made}, outputs: {table: copy}}
    - {name: slow, plugin: "faults:passes", inputs: {table: copy}, outputs: {table: result}}
    - {name: join, plugin: "faults:passes", inputs: {table: passed}, outputs: {table: end}}
    - {name: zero, plugin: "faults:passes", inputs: {table: made}, outputs: {table: rest}}
END
again
again
rm data/copy.csv
again
rm data/result.csv
again
sed -i 's/table: end/table: other/' conf/base/pipeline.yml
again
rm data/copy.csv
echo "== the same while another slot is free"
mlflow-c run --changed -j 2 2>&1 | grep ' done '
mlflow-c runs list -q --plain | cut -f 2,7 | head -n 4
