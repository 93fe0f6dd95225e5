# catalog diff says which datasets an environment has elsewhere, and never a secret.
. "$REPO/tests/cli/kit.sh"
shop
printf 'db: {con: "postgresql://me:canary@db/x"}\n' >conf/test/credentials.yml
chmod 600 conf/test/credentials.yml
cat >>conf/test/catalog.yml <<-END
	extra: {type: jsonl, filepath: data/extra.jsonl, load_args: {nested: text}}
	letter: {type: text, filepath: data/letter.txt, metadata: {api_token: canary-token}}
END
mlflow-c catalog diff base test
mlflow-c catalog diff base test --json --exit-code | jq -c '.data.changes[] | [.key, .change]'
mlflow-c catalog diff base test -q --exit-code >/dev/null
echo "exit $?"
mlflow-c catalog diff base base --exit-code
echo "exit $?"
mlflow-c catalog diff base prud
echo "exit $?"
