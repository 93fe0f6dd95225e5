# A credentials file with a secret in it that others can read draws a warning; references and names do not.
. "$REPO/tests/cli/kit.sh"
shop
mkdir -p conf/local
printf 'db: {user: me, password: "${env:DB_PASSWORD,none}", host: localhost}\n' >conf/local/credentials.yml
chmod 644 conf/local/credentials.yml
mlflow-c validate -p shop
printf 'db: {user: me, password: canary}\nother: {api_key: canary2}\n' >conf/local/credentials.yml
mlflow-c validate -p shop
mlflow-c validate -p shop -q
mlflow-c validate -p shop --json 2>/dev/null
chmod 600 conf/local/credentials.yml
mlflow-c validate -p shop
