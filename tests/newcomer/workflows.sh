# SPDX-License-Identifier: Apache-2.0
# Every workflow and the image, step by step, on machines that have nothing: a Debian 12 is the container that
# they name. The repository's own retraining, then a project's, which builds mlflow-c from the repository and is
# run once more with what the cache kept. In it: repo.git, the package, scripts.
. ./kit.sh
cd /root || exit
export STORE=/root/kept

# what GitHub has put there before the first step
step 0 'apt-get update' apt-get update -q=2
step 0 'apt-get install git' apt-get install -q=2 --no-install-recommends git
step 0 'git clone' git clone -q file:///newcomer/repo.git mlflow-c
# workflow NAME [RUN]: the number of the run is 1 if none is given
workflow() { GITHUB_RUN_ID=${2-1} "$kit/scripts/workflow" ".github/workflows/$1.yml"; }

cd mlflow-c || exit
step 0 'retrain.yml of the repository' workflow retrain
shows 'mlflow-c run ended with exit code 0'
shows '^loan +1 +production'
step 0 'retrain.yml again, with the registry of the first' workflow retrain 2
shows '^restored runs-prod-1-1'
shows '^loan +2 +production'
if [ "${SUITES-}" ]; then
	step 0 'ci.yml of the repository' workflow ci
	shows '^[0-9]+ passed, 0 failed'
	tail -n 1 "$kit/out"
fi

build/mlflow-c new /root/loans --template loan >"$kit/log" 2>&1 || wrong 'mlflow-c new'
cd /root/loans || exit
rm -rf "$STORE"
step 1 'ci.yml of a project that does not say where mlflow-c is' workflow ci
shows 'set MLFLOW_C_DEB or MLFLOW_C_GIT'
export MLFLOW_C_GIT=file:///newcomer/repo.git
step 0 'ci.yml of a project, mlflow-c from source' workflow ci
shows '^ok +tests/generate.t'
step 0 'retrain.yml of a project' workflow retrain
shows '^loan +2 +production'
row "$began" 'in all'
