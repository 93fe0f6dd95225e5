# run --changed runs the nodes for which something changed, and says why.
umask 022
cp -r "$REPO/conf" .
mkdir -p build/nodes
install -m 755 "$NODES"/*.so build/nodes/

# Runs `run --changed` with the flags $2 ...: what ran with its reason, what was cached.
changed()
{
	echo "== $1"
	shift
	mlflow-c run --changed -j 1 --json "$@" >out.json 2>err || cat err
	jq -r '.data.nodes[] | (.name + "         ")[:9] + " " + .status + ": " + .reason' out.json
}

# Turns byte $2 of file $1 into $3, in place.
poke()
{
	printf %s "$3" | dd of="$1" bs=1 seek="$2" conv=notrunc 2>/dev/null
}

changed 'the first run'
changed 'the second run'
changed 'a parameter' --params train.l2=0.7
changed 'on threads' --params train.l2=0.7 --in-process

echo '== what a dry run says'
mlflow-c run --changed --dry-run
mlflow-c run --changed --dry-run --json | jq -r '.data.nodes[] | .name + " " + .action + " | " + .reason'
changed 'the parameter as before'

touch -d 2024-01-01 data/*/*.csv data/*/*.json
changed 'only other times'

printf ' ' >>build/nodes/loan_clean.so
changed 'a plugin, whose input is in memory'
printf ' ' >>build/nodes/evaluate.so
changed 'a plugin that makes what it made before'

line=$(head -n 2 data/01_raw/loans.csv | wc -c)
was=$(dd if=data/01_raw/loans.csv bs=1 skip=$((line - 2)) count=1 2>/dev/null)
poke data/01_raw/loans.csv $((line - 2)) "$((1 - was))"
changed 'one byte of the input' -p training
changed 'and no more' -p training

rm data/08_reporting/loan_report.json
changed 'an output that is gone' -p training
poke data/04_feature/loans_test.csv 0 X
changed 'an output that somebody wrote to' -p training

mlflow-c run --changed -j 1 2>&1 | tail -n 1
mlflow-c runs list -q --plain | cut -f 2,7 | head -n 2
