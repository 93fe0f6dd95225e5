# With --json stdout is one JSON object whatever happens, also with stderr closed.
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
pure run -j 1
pure run --dry-run
pure run -p none
pure run --params convert.rate=many
pure run -j 1 -p audit --params count.column=none
pure run --nonsense
pure run --jobs
pure validate
pure validate -p none
pure runs list
pure registry list
pure registry list none
pure node list
pure node describe shop
pure node describe none
pure node run shop:environment
pure node run shop:none
pure explain
pure explain MLC0312
pure explain none
pure frobnicate
echo nonsense >build/nodes/broken.so
pure node list
echo '[' >conf/base/pipeline.yml
pure validate
cd "$TMPDIR"
pure run
