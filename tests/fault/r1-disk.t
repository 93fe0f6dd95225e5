# A registry on a disk that is read-only or full can be read, refuses changes by name, and is whole afterwards.
. "$REPO/tests/fault/kit.sh"
apart='unshare -rm'
$apart true 2>/dev/null || apart='unshare -m --propagation unchanged'
project
pipeline good >conf/base/pipeline.yml
mlflow-c run -q -j 1 --name one
cp -r runs kept
for options in ro size=0; do
	echo "== $options"
	rm -rf runs && mkdir runs
	REPO=$REPO $apart sh -c '
		mount -t tmpfs -o size=4m disk runs
		cp -r kept/* runs
		[ "$1" = ro ] || head -c 8m /dev/zero >runs/ballast 2>/dev/null
		[ "$1" != ro ] || mount -o remount,ro disk runs
		mlflow-c runs list -q --plain | cut -f 1,2
		mlflow-c runs show one --json | jq -r .data.status
		for command in "runs tag one note=$(head -c 4000 /dev/zero | tr "\0" x)" "run -q -j 1" "store check" "store backup copy.db"; do
			mlflow-c $command >said 2>&1
			code=$?
			echo "$command: exit $code" | cut -c 1-20,4000-4100
			[ $code = 0 ] || grep -c "help:" said
			[ $code = 0 ] || grep -o "read-only\|disk or\|full\|No space\|Read-only" said | sort -u
			rm -f copy.db
		done
		cmp kept/mlflow.db runs/mlflow.db && echo untouched
		sqlite3 "file:runs/mlflow.db?immutable=1" "PRAGMA integrity_check"' sh $options
done
