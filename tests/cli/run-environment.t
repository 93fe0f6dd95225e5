# A node sees an empty working folder and the few variables that programs need.
. "$REPO/tests/cli/kit.sh"
shop
echo 'all: {nodes: [{name: environment, plugin: "shop:environment"}]}' >conf/base/pipeline.yml
export MY_SECRET=1 LD_PRELOAD= MLFLOW_C_TOKEN=2 OMP_NUM_THREADS=1
mlflow-c run -j 1
grep -v -e ^PATH= -e ^HOME= -e ^TMPDIR= -e SAN_OPTIONS= runs/default/*/logs/environment.log | sed "s|$PWD|ROOT|"
