# Every error code is provoked by a session, with its place where a file is to blame, and a way out or a fact.
. "$REPO/tests/cli/kit.sh"
shop
loses()
{
	echo "== $1"
	shift
	"$@" --json 2>/dev/null | jq -c '.data[0] | [.code, .file, .line, .col, ((.help + .note | length) > 0)]'
}
pipeline()
{
	cp conf/base/pipeline.yml kept
	cat >conf/base/pipeline.yml
}
pipeline <<-END
	a: {nodes: [{name: n, plugin: "shop:orders", outputs: {table: x}, params: orders}, {name: m, plugin: "shop:convert", inputs: [x@csv], outputs: [y]}]}
END
loses 'with and without a format' mlflow-c validate
pipeline <<-END
	a:
	  nodes:
	    - {name: n, plugin: "shop:orders", outputs: {table: orders}, confirms: total, params: orders}
	    - {name: m, plugin: "shop:orders", outputs: {table: others}, confirms: [total], params: orders}
END
loses 'confirmed twice' mlflow-c validate
pipeline <<-END
	a: {nodes: [{name: n, plugin: "shop:orders", outputs: {table: x}, params: orders}]}
	b: {include: [{pipeline: a, namespace: s, outputs: {nothing: y}}]}
END
loses 'a mapped name that is not there' mlflow-c validate -p b
{ echo 'a: &x [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]'; for i in a b c d e; do echo "$i$i: &$i [*x, *x, *x, *x, *x, *x, *x, *x, *x, *x]"; done; printf 'z: ['; for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do printf '*a, *b, *c, *d, *e, '; done; echo ']'; } >conf/base/parameters_bomb.yml
loses 'too much' mlflow-c validate
rm conf/base/parameters_bomb.yml
mv kept conf/base/pipeline.yml
shop
mkdir conf/base/contracts
echo 'kind: DataContract' >conf/base/contracts/orders.yml
loses 'a contract that is none' mlflow-c validate -p shop
cat >conf/base/contracts/orders.yml <<-END
	apiVersion: v3.1.0
	kind: DataContract
	id: orders
	version: 1.0.0
	status: active
	schema:
	  - name: orders
	    properties:
	      - {name: who, logicalType: string, logicalTypeOptions: {pattern: "(["}}
END
loses 'a pattern that is none' mlflow-c validate -p shop
rm -r conf/base/contracts
mkdir -p runs && echo 'no registry, but text of some length' >runs/mlflow.db
loses 'a registry that is none' mlflow-c runs list
rm -r runs
# Codes that no command line provokes at will, and where they are tested instead: MLC0070 and MLC0071 in
# tests/unit/base_err.c, MLC0403 in model_*.c, MLC0507 in pipeline_zygote.c; MLC0805 is in the
# record of a run on a machine without libgit2 (project_git.c). MLC0506 is what a node of a
# cancelled run has on record.
sleeper='{name: s, command: [sleep, "30"], outputs: {o: out}, types: {o: text}}'
echo "z: {nodes: [$sleeper]}" >conf/base/pipeline.yml
mlflow-c run -p z -q 2>/dev/null &
run=$!
while ! ls runs/default/*/scratch/0 >/dev/null 2>&1; do sleep 0.05; done
sleep 0.2
kill -TERM $run
wait $run
echo "== cancelled"
mlflow-c runs show last --json | jq -c '.data.nodes[0].error.code'
echo "== provoked nowhere"
here="MLC0070 MLC0071 MLC0403 MLC0507 MLC0805"
for code in $(mlflow-c explain -q --plain | cut -f 1); do
	grep -qF "$code" "$REPO"/tests/cli/*.out "$REPO"/tests/fault/*.out "$REPO"/tests/data/*.test || echo "$here" | grep -qw "$code" || echo "$code"
done
