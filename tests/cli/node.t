# node list and node describe show what the plugins declare.
. "$REPO/tests/cli/kit.sh"
shop
install -m 755 "$FIXTURES/noop.so" build/nodes/
own() { mlflow-c node list "$@" | grep -v mlflow-c; } # see node-shipped.t
own
own --plain -q | tail -n 1
mlflow-c node describe shop:orders | sed 's/sha256 .*/sha256 HASH/'
mlflow-c node describe shop:letter | sed 's/sha256 .*/sha256 HASH/'
mlflow-c node describe shop:convert --json | jq '.data[] | .hash = "HASH"'
mlflow-c node list --json | jq -r '.data[] | select(.shipped | not).name' | tr '\n' ' '
mlflow-c node describe noop | grep -c '^plugin'
mlflow-c node describe none
echo "exit $?"
mlflow-c node describe shop:none
echo "exit $?"
mlflow-c node describe ../shop
echo "exit $?"
rm -r build
mkdir nodes
own
echo "exit $?"
