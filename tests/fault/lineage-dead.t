# What is stopped ends with ABORT: by the run itself after Ctrl-C, after kill -9 by whoever finds it dead.
. "$REPO/tests/fault/kit.sh"
brief()
{
	jq -r '[.eventType, .job.namespace, .job.name, .run.runId[:8]] | join("  ")' "$1"
}
project
pipeline waits >conf/base/pipeline.yml
echo "Ctrl-C:"
start -q -j 1 --lineage-file stopped.ndjson
kill -INT $run
ended 2
brief stopped.ndjson

echo "kill -9:"
export OPENLINEAGE_NAMESPACE=acme
start -q -j 1 --lineage-file killed.ndjson
kill -KILL $run
ended 2
unset OPENLINEAGE_NAMESPACE
cp killed.ndjson before.ndjson
sed 's|"/.*/|"/.../|' runs/default/*/lineage.open
echo "the next command:"
mlflow-c runs list --plain | cut -f 1,2
cmp -n "$(wc -c <before.ndjson)" before.ndjson killed.ndjson
brief killed.ndjson
jq -c 'select(.eventType == "ABORT") | [.run.facets.parent.run.runId, .inputs]' killed.ndjson
ls runs/default/*/lineage.open 2>&1 | sed 's/.*: //'
echo "and the one after it has nothing to say:"
mlflow-c runs list -q --plain | wc -l
wc -l <killed.ndjson

echo "nobody asked for events, or they are disabled:"
start -q -j 1
kill -KILL $run
ended 2
mlflow-c runs list -q --plain | wc -l
start -q -j 1 --lineage-file off.ndjson
kill -KILL $run
ended 2
OPENLINEAGE_DISABLED=true mlflow-c runs list -q --plain | wc -l
jq -r .eventType off.ndjson | sort | uniq -c | sed 's/^ *//'

echo "a server hears of it too, and one that is gone costs a warning:"
cc -o endpoint "$REPO/tests/fault/endpoint.c"
start -q -j 1 --lineage-file off.ndjson
kill -KILL $run
ended 2
./endpoint port 201 >got &
server=$!
until [ -s port ]; do sleep 0.02; done
export OPENLINEAGE_URL=http://127.0.0.1:$(cat port)
mlflow-c runs list -q --plain | wc -l
sed 's/^[^]]*\] //' got >heard.ndjson
brief heard.ndjson
start -q -j 1
kill -KILL $run
ended 2
kill $server
wait $server 2>/dev/null
mlflow-c runs list --plain 2>&1 >/dev/null | sed "s/:$(cat port):/:PORT:/"
