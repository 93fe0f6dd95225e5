# Events reach a server in order; one that is dead, mute or unwilling costs a warning and a few seconds.
. "$REPO/tests/fault/kit.sh"
project
pipeline good >conf/base/pipeline.yml
cc -o endpoint "$REPO/tests/fault/endpoint.c"
# Starts the server with the answers $*; it is ended by `stop`.
serve()
{
	rm -f port
	./endpoint port "$@" >got &
	server=$!
	until [ -s port ]; do sleep 0.02; done
	export OPENLINEAGE_URL=http://127.0.0.1:$(cat port)
}
stop()
{
	kill $server
	wait $server 2>/dev/null
}
# Runs, and says how it went; the port is another one each time.
run()
{
	begin=$(date +%s%3N)
	mlflow-c run -q -j 1 --json "$@" >answer
	echo "exit $?, $(jq -r .data.status answer)"
	jq -r '.data.warnings[]?' answer | sed "s/:$(cat port):/:PORT:/; s/^1[0-9] of/most of/"
	took=$(($(date +%s%3N) - begin))
}
brief()
{
	sed 's/^\([^]]*\]\) .*/\1/' got | sort | uniq -c | sed 's/^ *//'
	sed 's/^[^]]*\] //' got | jq -r '[.eventType, .job.namespace, .job.name] | join(" ")'
}

echo "one that listens:"
serve 201
OPENLINEAGE_API_KEY=canary-key OPENLINEAGE_NAMESPACE=acme run --lineage-file same.ndjson
stop
brief
sed 's/^[^]]*\] //' got | cmp - same.ndjson && echo "the file holds the same"
grep -r -l canary . | grep -v '^./got$'

echo "one that stumbles, once:"
serve 503 201
run
stop
brief | head -n 3
echo "one that hangs up, once:"
serve drop 201
run
stop
brief | wc -l

echo "one that refuses, and is not asked twice:"
serve 401
run
stop
wc -l <got

echo "one that is not there:"
run
[ $took -lt 3000 ] && echo "in good time"

echo "one that never answers:"
serve mute
run
[ $took -ge 3900 ] && [ $took -lt 6000 ] && echo "after four seconds"
stop
jq -r .data.run_id answer | wc -c

echo "one without which nothing is sent:"
OPENLINEAGE_DISABLED=true run
[ $took -lt 3000 ] && echo "in good time"
for url in ftp://somewhere https: http://me:canary@somewhere http://:1 http://a:x 'http://a b'; do
	OPENLINEAGE_URL=$url run
done
unset OPENLINEAGE_URL
echo "lineage: {url: 'http://127.0.0.1:$(cat port)/behind/'}" >conf/base/mlflow-c.yml
run
serve 201
unset OPENLINEAGE_URL
echo "lineage: {url: 'http://127.0.0.1:$(cat port)/behind/'}" >conf/base/mlflow-c.yml
run
stop
brief | head -n 1
