# Events of good, failed, broken and killed runs are valid by the classes of the OpenLineage client; also over https.
# The client comes from PyPI, into build/openlineage, once.
venv=$REPO/build/openlineage
if ! "$venv/bin/python" -c 'import openlineage.client.generated, trustme' 2>/dev/null; then
	{ python3 -m venv "$venv" && "$venv/bin/pip" install -q openlineage-python==1.54.0 trustme; } >pip.log 2>&1 || {
		echo "skipped: the OpenLineage client cannot be installed from PyPI: $(tail -n 1 pip.log)" >&2
		exit 77
	}
fi
events() { "$venv/bin/python" "$REPO/tests/interop/openlineage_events.py" "$@"; }
. "$REPO/tests/cli/kit.sh"
loan
echo "the example:"
mlflow-c run -q -j 2 --lineage-file good.ndjson 2>said || cat said
events check good.ndjson
echo "spoilt ones:"
events broken good.ndjson

echo "a contract that fails, a node that fails, databases, memory:"
shop
cat >>conf/base/catalog.yml <<'END'
table: {type: sqlite, filepath: data/shop.db, table: orders}
END
cat >conf/base/pipeline-more.yml <<'END'
more:
  nodes:
    - {name: orders, plugin: "shop:orders", outputs: {table: table}, params: orders}
    - {name: convert, plugin: "shop:convert", inputs: table, outputs: euros, params: convert}
    - {name: total, plugin: "shop:total", inputs: {table: euros}, outputs: {report: total}}
    - {name: stop, command: ["false"], inputs: total}
END
mlflow-c run -p more -q -j 1 --lineage-file bad.ndjson 2>/dev/null
echo "exit $?"
mkdir -p conf/base/contracts
cat >conf/base/contracts/orders.yml <<END
apiVersion: v3.1.0
kind: DataContract
id: orders
version: 1.0.0
status: active
schema:
  - name: orders
    properties:
      - {name: amount, logicalType: number, logicalTypeOptions: {maximum: 1}}
END
mlflow-c run -p shop -q -j 1 --lineage-file bad.ndjson 2>/dev/null
echo "exit $?"
events check bad.ndjson

echo "a killed one:"
rm conf/base/contracts/orders.yml
cat >conf/base/pipeline-slow.yml <<'END'
slow:
  nodes:
    - {name: sleep, command: [sh, -c, "echo now >$0; sleep 60", "{input:orders}.now"], inputs: orders}
END
mlflow-c run -p shop -q -j 1
mlflow-c run -p slow -q -j 1 --lineage-file killed.ndjson &
run=$!
until [ -s data/orders.csv.now ]; do sleep 0.05; done
kill -KILL $run
wait $run 2>/dev/null
mlflow-c runs list -q --plain >/dev/null
events check killed.ndjson

echo "over https:"
"$venv/bin/python" "$REPO/tests/interop/openlineage_events.py" serve . &
server=$!
until [ -s port ] || ! kill -0 $server; do sleep 0.05; done
export OPENLINEAGE_URL=https://localhost:$(cat port) OPENLINEAGE_API_KEY=key
SSL_CERT_FILE=ca.pem mlflow-c run -p audit -q -j 1 --json | jq -c '[.data.status, .data.warnings]'
events check got | head -n 1
echo "with a certificate that nobody vouches for:"
mlflow-c run -p audit -q -j 1 --json | jq -c '[.data.status, (.data.warnings[] | sub(":[0-9]+: .*"; ""))]'
wc -l <got
kill $server
