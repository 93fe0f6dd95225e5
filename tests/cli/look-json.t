# With --json stdout is one JSON object whatever happens, for the commands that look at a project.
. "$REPO/tests/cli/kit.sh"
shop
pure()
{
	mlflow-c "$@" --json 2>&- >answer
	status=$?
	echo "$*: exit $status, $(jq -e -r '[.schema, .version, (.data | type)] | @tsv' answer)"
	[ $(wc -l <answer) -eq 1 ] || echo "$*: more than one line"
	! grep -q "$(printf '\033')" answer || echo "$*: escapes"
}
for command in 'config show' 'config show settings' 'config show none' 'config show --origin' \
	'config diff base test' 'config diff base none' 'config diff base' 'catalog list' \
	'catalog describe orders' 'catalog describe euros' 'catalog describe none' \
	'pipeline list' 'pipeline show' 'pipeline show audit' 'pipeline show none' \
	'pipeline graph' 'pipeline graph --format none' 'pipeline graph none' 'config' 'pipelin'; do
	pure $command
done
echo '[' >conf/base/catalog.yml
for command in 'config show' 'config diff base test' 'catalog list' 'catalog describe orders' \
	'pipeline list' 'pipeline show' 'pipeline graph'; do
	pure $command
done
