# catalog list and describe show the datasets, their contracts, and who uses them.
. "$REPO/tests/cli/kit.sh"
loan
try catalog list
try catalog list --plain -q -e prod
try catalog describe loans_clean
try catalog describe loans_clean -e prod
try catalog describe loans_ingested
try catalog describe loans_claen
try catalog describe
echo "== json"
mlflow-c catalog list --json | jq -c '.schema, .data[]'
mlflow-c catalog describe loan_model --json | jq -c .data
mlflow-c catalog describe loans_ingested --json | jq -c .data
mlflow-c catalog describe none --json | jq -c .data[0].message
echo "== a contract that cannot be read, a catalog that is wrong, none at all"
echo '[' >conf/base/contracts/loans.yml
try catalog list -q --plain
mlflow-c catalog list 2>&1 >/dev/null
mlflow-c catalog describe loans >/dev/null 2>&1
echo "exit $?"
sed -i 's/filepath: data.01_raw/filepaht: data\/01_raw/' conf/base/catalog.yml
try catalog list
rm conf/base/catalog.yml
try catalog list
