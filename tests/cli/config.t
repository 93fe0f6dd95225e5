# config show tells what the configuration comes to and where from; config diff what changes.
. "$REPO/tests/cli/kit.sh"
shop
cat >conf/base/credentials.yml <<'END'
bank: {user: anna, password: hunter2}
END
chmod 600 conf/base/credentials.yml
cat >>conf/base/parameters.yml <<'END'
service:
  api_token: abcdefgh
  host: ${globals:host}
  urls: ["https://${globals:host}/a", 'b: c', "", "no", "true", "12", "~"]
  note: "${runtime_params:note,none}"
  empty: {}
  nothing: null
  a.b: dotted
END
echo 'host: example.org' >conf/base/globals.yml
echo 'service: {host: test.example.org, extra: [1, {x: 2.50}]}' >>conf/test/parameters.yml
try config show
try config show parameters.service --origin
try config show parameters.service -e test --origin --params service.host=x,note=hi
try config show parameters.orders.rows
try config show parameters.orders.rows -e test --origin
try config show parameters.service.urls.1
try config show parameters.service.a.b
try config show credentials.bank
try config show credentials.bank.password
try config show parameters.service.api_token
try config show parameters.service.urls.9
try config show parameters.orders.row
try config show orders.rows
try config show nonsense
try config show a b
try config show -e none
try config diff base test
try config diff test base -q
try config diff base base --exit-code
try config diff base test --exit-code -q
try config diff base
try config diff base tset
echo "== json"
mlflow-c config show --json | jq -c '[.schema, (.data | keys), .data.parameters.service.api_token]'
mlflow-c config show parameters.orders --origin --json | jq -c .
mlflow-c config show credentials --json | jq -c .data
mlflow-c config show nonsense --json | jq -c '[.schema, .data[0].help]'
mlflow-c config diff base test --json | jq -c '.data.changes[]'
echo "== nothing secret gets out"
for args in 'config show' 'config show --origin' 'config show --json' 'config diff base test'; do
	mlflow-c $args 2>&1 | grep -c 'hunter2\|abcdefgh\|anna'
done
echo "== what is shown reads back as the same"
mkdir -p again/conf/base
mlflow-c config show parameters | sed '/api_token/d' >again/conf/base/parameters.yml
mlflow-c config show parameters --json | jq -S '.data | del(.service.api_token)' >first
mlflow-c config show parameters --project again --json | jq -S .data | cmp - first && echo same
