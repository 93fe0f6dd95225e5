# OpenLineage events of a run, as lines of a file: a START and an end of the run and of each node that ran.
. "$REPO/tests/cli/kit.sh"
shop
# one line an event
brief()
{
	jq -r '[.eventType, .job.name, (.run.facets.parent.job.name // "-"),
		(.run.facets.errorMessage.message // "-")] | join("  ")' "$1"
}
mlflow-c run -p shop -q -j 1 --lineage-file events.ndjson
echo "exit $?"
brief events.ndjson
echo "one event, whole:"
jq 'select(.job.name == "shop.total" and .eventType == "COMPLETE")' events.ndjson
echo "datasets of the ends:"
jq -c 'select(.eventType == "COMPLETE") | .inputs[], .outputs[]
	| [.namespace, .name, (.facets | keys), (.inputFacets // .outputFacets | map(del(._producer, ._schemaURL)))]' events.ndjson
echo "the version is the hash on record:"
mlflow-c runs show last -q --json | jq -r '.data.datasets[] | select(.dataset == "orders" and .output).hash'
jq -r 'select(.job.name == "shop.orders").outputs[].facets.version.datasetVersion // empty' events.ndjson
echo "nothing is left open:"
ls -d runs/default/*/lineage.open 2>&1 | sed 's/.*: //'

echo "a node fails; what is behind it is skipped, and has no events; secrets are masked:"
printf 'db: {user: me, password: canary-1}\n' >conf/base/credentials.yml
chmod 600 conf/base/credentials.yml
echo 'service: {api_token: canary-2}' >>conf/base/parameters.yml
cat >conf/base/pipeline-bad.yml <<'END'
bad:
  nodes:
    - name: fetch
      command: [sh, -c, 'echo "{\"metric\": \"canary-1 ! canary-2\", \"value\": 1}" >>$(jq -r .report $MLFLOW_C_JOB)', '{input:orders}', '{output:counts}']
      inputs: orders
      outputs: counts
    - {name: write, command: [cp, "{input:counts}", "{output:letter}"], inputs: counts, outputs: letter}
END
mlflow-c run -p bad -q -j 1 --lineage-file failed.ndjson 2>said
echo "exit $?"
brief failed.ndjson
jq -c 'select(.eventType == "FAIL") | [.job.name, .outputs]' failed.ndjson
grep -c canary failed.ndjson said

echo "a second attempt is the same run of the node; nodes that are cached have no events:"
cat >conf/base/pipeline-again.yml <<'END'
again:
  nodes:
    - {name: moody, command: [sh, -c, 'test -e "$1/tried" || { : >"$1/tried"; exit 1; }; echo 1 >"$0"', "{output:counts}", .], outputs: counts, retries: 1}
END
sed -i "s|\", .\]|\", $PWD]|" conf/base/pipeline-again.yml
mlflow-c run -p again -q -j 1 --lineage-file again.ndjson
echo "exit $?"
brief again.ndjson
mlflow-c run -p again -q -j 1 --changed --lineage-file cached.ndjson
brief cached.ndjson

echo "a contract fails:"
mkdir conf/base/contracts
cat >conf/base/contracts/orders.yml <<END
apiVersion: v3.1.0
kind: DataContract
id: orders
version: 1.0.0
status: active
schema:
  - name: orders
    properties:
      - {name: id, logicalType: integer, required: true, unique: true}
      - {name: amount, logicalType: number, logicalTypeOptions: {maximum: 1}}
END
mlflow-c run -p shop -q -j 1 --lineage-file contract.ndjson 2>said
echo "exit $?"
brief contract.ndjson
jq -c 'select(.job.name == "shop.orders" and .eventType == "FAIL").outputs[] | del(.. | ._producer?, ._schemaURL?)' contract.ndjson
mlflow-c run -p audit -q -j 1 --lineage-file contract.ndjson 2>said
jq -c 'select(.job.name == "audit.count" and .eventType == "FAIL").inputs[].inputFacets.dataQualityAssertions.assertions' contract.ndjson
rm -r conf/base/contracts

echo "a file that cannot be written costs a warning:"
mlflow-c run -p audit -j 1 --lineage-file no/such/folder.ndjson --json | jq -c .data.warnings
mlflow-c runs show last --json | jq -c '.data.tags | with_entries(select(.key | startswith("mlflow_c.warning")))'
mlflow-c run -p audit -q -j 1 --lineage-file /dev/full --json | jq -c '.data.status, .data.warnings'
mlflow-c run -p audit -j 1 --progress json --lineage-file . | jq -c 'select(.event == "warning").message'

echo "disabled:"
OPENLINEAGE_DISABLED=true mlflow-c run -p audit -q -j 1 --lineage-file off.ndjson
echo "exit $?"
ls off.ndjson 2>&1 | sed 's/.*: //'

echo "mlflow-c.yml names it, relative to the project; lines are added, also behind one that was cut off:"
echo 'lineage: {file: runs/lineage.ndjson, namespace: acme}' >conf/base/mlflow-c.yml
printf '{"cut' >runs/lineage.ndjson
mkdir elsewhere
(cd elsewhere && mlflow-c run -p audit -q -j 1)
OPENLINEAGE_NAMESPACE=other mlflow-c run -p audit -q -j 1 --in-process
sed 1d runs/lineage.ndjson | jq -r '[.eventType, .job.namespace, .job.name] | join("  ")'
head -n 1 runs/lineage.ndjson
echo 'lineage: {flie: x}' >conf/base/mlflow-c.yml
mlflow-c run -p audit -q -j 1
echo "exit $?"
echo 'lineage: yes' >conf/base/mlflow-c.yml
mlflow-c run -p audit -q -j 1
echo "exit $?"
