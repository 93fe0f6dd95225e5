# A file that is no plugin is refused with the reason.
. "$REPO/tests/fault/kit.sh"
project
pipeline good >conf/base/pipeline.yml
echo 'this is no library' >build/nodes/faults.so
mlflow-c validate
echo "text: exit $?"
: >build/nodes/faults.so
mlflow-c validate
echo "empty: exit $?"
head -c 4000 "$FIXTURES/faults.so" >build/nodes/faults.so
mlflow-c validate
echo "cut off: exit $?"
