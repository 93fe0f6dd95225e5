# A node that fails once and may be tried again is, after a second; the attempts are on record.
. "$REPO/tests/fault/kit.sh"
project
pipeline flaky 'retries: 1' >conf/base/pipeline.yml
before=$(date +%s%3N)
mlflow-c run -j 1 --json >answer.json
echo "exit $?"
ms=$(($(date +%s%3N) - before))
[ $ms -ge 800 ] && [ $ms -lt 3000 ] && echo "waited about a second"
jq -r '.data.nodes[] | [.name, .status, .attempts] | @tsv' answer.json
cat data/result.csv
runs
