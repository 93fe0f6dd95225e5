# No secret reaches a hook, a program or what they leave behind, unless it is asked for.
. "$REPO/tests/cli/kit.sh"
shop
mkdir -p conf/local
printf 'store: {user: me, password: canary-1}\n' >conf/local/credentials.yml
chmod 600 conf/local/credentials.yml
echo 'service: {api_token: canary-2}' >conf/local/parameters.yml
cat >conf/base/mlflow-c.yml <<'YML'
hooks:
  - {on: [before_run, after_run, before_node, after_node, before_load, after_save], command: [sh, -c, "cat; env"]}
YML
cat >conf/local/pipeline.yml <<'YML'
shop:
  nodes:
    - {name: orders, plugin: "shop:orders", outputs: {table: orders}, params: orders}
    - {name: copy, command: [sh, -c, "cp $0 $1; cat $MLFLOW_C_JOB; env", "{input:orders}", "{output:copy}"], inputs: orders, outputs: copy}
    - {name: uses, command: [sh, -c, "echo {} >$1", "{param:api_token}", "{output:total}"], outputs: {total: total}, params: service}
YML
SECRET_TOKEN=canary-3 mlflow-c run -p shop -j 1 --conf local
echo "exit $?"
SECRET_TOKEN=canary-4 mlflow-c run -q -p shop -j 1 --conf local --in-process >said 2>&1
echo "exit $?"
grep -c -e ^PATH= said
ls runs/default/*/logs
echo "found in: $(grep -r -l -a canary . | grep -v '^./conf/local/' | sort | tr '\n' ' ')"
