# SPDX-License-Identifier: Apache-2.0
# A bare Debian 12, a clone, and the two commands of README.md; then a project of one's own, with mistakes
# that are mended by doing what the messages say. In it: repo.git, SUITES ('' leaves `make test` out).
. ./kit.sh
cd /root || exit

step 0 'apt-get update' apt-get update -q=2
step 0 'apt-get install git make' apt-get install -q=2 --no-install-recommends git make
step 0 'git clone' git clone -q file:///newcomer/repo.git mlflow-c
cd mlflow-c || exit

# the first block of commands in README.md
sed -n '/^```console$/,/^```$/p' README.md | sed '1d; /^```$/,$d' >"$kit/commands"
[ "$(cat "$kit/commands")" = "$(printf 'make run\nmake test')" ] || wrong 'README.md: these two commands are others'
step 0 'make run: packages, build, the example' make run
shows '^loan +1 +champion'
if [ "${SUITES-}" ]; then
	step 0 'make test: packages, build, every suite' make test
	shows '^[0-9]+ passed, 0 failed'
	tail -n 1 "$kit/out"
fi

M=$PWD/build/mlflow-c
cd .. || exit
step 0 'mlflow-c new churn' "$M" new churn
next=$(said next)
[ "$next" ] || wrong 'new does not say what comes next'
step 0 "$next" sh -ec "$next"
cd churn || exit
shows '^ok +tests/greet.t$'
step 0 'mlflow-c run' "$M" run
shows 'done ok nodes=2'
mistake 'a dataset that is not there' conf/base/pipeline.yml 's/inputs: {table: people}/inputs: {table: poeple}/'
mistake 'a type that is not there' conf/base/catalog.yml '0,/type: csv/s//type: cvs/'
mistake 'two at once' conf/base/catalog.yml 's/filepath:/file_path:/'
mistake 'a parameter that is not there' conf/base/parameters.yml 's/adult_from:/adult_form:/'
mistake 'a pipeline that is not there' conf/base/pipeline.yml 's/__default__: greeting/__default__: greting/'
mistake 'a plugin that is not there' conf/base/pipeline.yml 's/name: greet,/name: great,/'
mistake 'a port that is not there' conf/base/pipeline.yml 's/outputs: {table: greeted}/outputs: {tabel: greeted}/'
mistake 'a key that is not there' conf/base/pipeline.yml 's/inputs: {table: people}/input: {table: people}/'
step 2 'a command that is not there: refused' "$M" registry lst
better=$(sed -n 's/^ *help: .*`\([^`]*\)`?$/\1/p' "$kit/log")
step 0 "mlflow-c $better" "$M" $better
shows 'no model'

cd ../mlflow-c || exit
step 0 'make install' make install
M=mlflow-c
cd .. || exit
step 0 'mlflow-c new loans --template loan' mlflow-c new loans --template loan
next=$(said next)
[ "$next" = 'cd loans && make' ] || wrong "the program is in PATH, and new says: $next"
step 0 "$next" sh -ec "$next"
cd loans || exit
mistake 'a node of the loan book' conf/base/pipeline.yml 's/inputs: {table: loans_clean}/inputs: {table: loans_claen}/'
step 0 'mlflow-c registry list' mlflow-c registry list
shows '^loan +[0-9]+ +champion'
step 0 'mlflow-c doctor' mlflow-c doctor
row "$began" 'in all'
