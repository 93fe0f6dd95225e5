# SPDX-License-Identifier: Apache-2.0
# The Debian package on a bare Debian 12, used by somebody who is not root: first without a compiler, with
# the nodes that come with it; then a compiler is installed as doctor says. In it: the package, repo.git.
. ./kit.sh
useradd -m -s /bin/sh dev
cd /home/dev || exit
# as dev WORDS...: by sh, in the folder where we are
dev() { runuser -u dev -- env HOME=/home/dev sh -ec "$*"; }
nobody() { ! command -v gcc && ! command -v cc && ! command -v make && ! command -v pkg-config; }

step 0 'apt-get update' apt-get update -q=2
step 0 'apt-get install ./mlflow-c.deb' apt-get install -q=2 --no-install-recommends "$kit"/mlflow-c_*.deb
step 0 'what is installed is what was packed' dpkg --verify mlflow-c
step 0 'there is nothing to build with' nobody
step 0 'a page for man, and completion' sh -ec '
	zcat /usr/share/man/man1/mlflow-c-run.1.gz | grep -q "^.TH"
	zcat /usr/share/doc/mlflow-c/changelog.gz | grep -q "^mlflow-c (" && grep -q Apache /usr/share/doc/mlflow-c/copyright
	bash -c ". /usr/share/bash-completion/completions/mlflow-c; COMP_WORDS=(mlflow-c reg) COMP_CWORD=1; _mlflow_c; echo \$COMPREPLY"'
shows '^registry'

step 0 'mlflow-c new titanic' dev mlflow-c new titanic --template titanic
step 3 'mlflow-c doctor: its node is not built' dev cd titanic '&&' mlflow-c doctor
shows '^note +compiler '
for library in libpq5 libxgboost0 libgit2-1.5; do shows "apt-get install $library"; done
fix=$(sed -n '/^note *compiler/{n;s/^ *fix: install it: //p;}' "$kit/log")

# every command of a page that uses shipped nodes alone: run, registry list, predict and more
step 0 'apt-get install jq, which the page uses' apt-get install -q=2 --no-install-recommends jq
step 0 'docs/nodes.md, typed' dev MLFLOW_C=/usr/bin/mlflow-c "$kit/scripts/doctest" "$kit/docs/nodes.md"
cat "$kit/out"

step 7 'mlflow-c run --build without a compiler' dev cd titanic '&&' mlflow-c run --build
shows 'apt-get install gcc libc6-dev'
[ "$(said help)" = "install it: $fix" ] || wrong "doctor says '$fix', and run --build '$(said help)'"
step 0 "$fix" sh -ec "$fix"
step 0 'mlflow-c run --build' dev cd titanic '&&' mlflow-c run --build
step 0 'mlflow-c registry list' dev cd titanic '&&' mlflow-c registry list
shows '^titanic +1 +champion'
step 0 'the loan book' dev mlflow-c new loans --template loan '&&' cd loans '&&' mlflow-c run --build
step 0 'its registry' dev cd loans '&&' mlflow-c registry list
shows '^loan +1 +champion'
step 0 'its model, on a file' dev cd loans '&&' mlflow-c predict --model models:/loan@champion data/04_feature/loans_test.csv scores.csv '&&' test -s scores.csv
step 0 'apt-get install make' apt-get install -q=2 --no-install-recommends make
step 0 'mlflow-c new churn && cd churn && make' dev mlflow-c new churn '&&' cd churn '&&' make
shows '^ok +tests/greet.t$'

step 0 'apt-get purge mlflow-c' apt-get purge -q=2 mlflow-c
step 0 'nothing of it is left' sh -c '! find /usr /etc /var/lib -xdev -name "*mlflow*" ! -path "/var/lib/dpkg/*" ! -path "/usr/share/doc" | grep .'
row "$began" 'in all'
