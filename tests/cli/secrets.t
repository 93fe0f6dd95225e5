# No secret is ever printed or written, wherever it stands.
. "$REPO/tests/cli/kit.sh"
shop
mkdir -p conf/local
printf 'store: {user: me, password: canary-1}\n' >conf/local/credentials.yml
chmod 600 conf/local/credentials.yml
cat >conf/local/parameters.yml <<END
letter: {greeting: Hello}
service: {api_token: canary-2, list: [{db_password: canary-3}], signing_key: canary-4, key_column: id, sort_key: id}
END
# what no commit holds is kept with each run, but for what may be a secret
git init -q . && git add conf/base && git -c user.name=a -c user.email=a@b commit -qm one
echo '# nothing secret' >>conf/base/pipeline.yml
printf 'aws: {secret: canary-10}\n' >conf/base/parameters_more.yml
printf 'TOKEN=canary-11\n' >.env
printf 'export const char *api_token = "x"; /* sources are kept */\n' >conf/notes.c
all()
{
	mlflow-c "$@" >>said 2>&1
	echo "$*: exit $?" | sed 's/canary/C/g'
}
all run -p shop -j 1 --conf local
all run -p shop -j 1 --conf local --json
all run -p shop --conf local --dry-run --json
all run -p shop -j 1 --params service.api_token=canary-5,letter.greeting=Hi
all run -p shop -j 1 --params=db.password=canary-6
all validate -p shop --conf local
all runs list --json
printf 'store: {password: canary-7, password: canary-8}\n' >conf/local/credentials.yml
all validate --conf local
printf 'store: [canary-9\n' >conf/local/credentials.yml
all validate --conf local --json
all validate --conf local
find runs -path '*/source/*' -type f | sed 's|[^/]*/[^/]*/[^/]*/||' | sort | uniq -c | sed 's/^ *//'
rm .env conf/base/parameters_more.yml
echo "found in: $(grep -r -l -a canary . | grep -v '^./conf/local/' | sort | tr '\n' ' ')"
grep -a -o '"service":{[^}]*}[^}]*}' runs/mlflow.db | sort -u
grep -a -o '[a-z.=_-]*=\*\*\*' runs/mlflow.db | sort -u
