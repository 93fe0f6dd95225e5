# Each attempt has an empty working folder, whatever an earlier one left there.
. "$REPO/tests/fault/kit.sh"
project
cat >conf/base/pipeline.yml <<END
main:
  nodes:
    - {name: a, plugin: "faults:litters", outputs: {table: a}}
    - {name: b, plugin: "faults:litters", outputs: {table: b}}
END
mlflow-c run -j 1
echo "exit $?"
find . -name litter
