# No name of a model, version, alias, run or folder leads out of the project, and none is SQL.
. "$REPO/tests/cli/kit.sh"
loan
mlflow-c run -q -j 2 --name one
ls -A . .. >before
n=0
for name in '../up' '/etc/passwd' '..' '.hidden' 'a/../../b' 'loan/../x' "x'; DROP TABLE runs; --" 'x" OR 1=1' \
	'%' '_' '*' 'loan%' '$(touch x)' '`id`' 'a b' "$(printf 'a\nb')" "$(printf 'a\033[31mb')" "$(head -c 300 /dev/zero | tr '\0' n)" 'ü' '\\'; do
	for command in 'registry show' 'registry versions' 'registry verify' 'registry alias loan@1' 'registry tag loan@1 k=v --remove' \
		'registry show loan@' 'registry delete --yes' 'registry promote loan@1 --to' 'registry promote loan@1 --stage' \
		'registry promote loan@1 --if' 'runs show' 'runs logs' 'runs compare one' 'runs tag one --remove' 'runs delete' \
		'registry diff loan@1' 'registry download' 'run -j 1 --name' 'run -j 1 --params'; do
		case $command in
		*@) set -- $command; last=$3; mlflow-c registry show "$last$name" ;;
		*download) mlflow-c registry download "$name" out ;;
		*params) mlflow-c run -j 1 -n register --params "register.name=$name" ;;
		*) mlflow-c $command "$name" ;;
		esac >said 2>&1
		code=$?
		n=$((n + 1))
		case $code in
		2 | 3 | 1) ;;
		*) echo "$command $name: exit $code: $(head -n 1 said)" | cat -v | cut -c 1-100 ;;
		esac
		LC_ALL=C grep -q "$(printf '\033')" said && echo "$command: a raw escape reached the terminal"
	done
done
echo "$n names tried"
sqlite3 runs/mlflow.db 'PRAGMA integrity_check'
mlflow-c registry list -q --plain | cut -f 1-3
mlflow-c registry alias loan --json | jq -c '.data[] | [.alias, .version]'
mlflow-c registry verify -q --plain
rm said
ls -A . .. | diff before - && echo 'no file that was not there'
# filters and orders are parsed, not pasted
for filter in "x'; DROP TABLE runs; --" "metrics.a > 1; DELETE FROM runs" "params.p = 'x' OR 1 = 1 --" "tags.\`a'b\` = 'c'" \
	"run_name = ''' OR ''1''=''1'" "metrics.\"m' OR 1=1\" > 0" "run_name LIKE '%'"; do
	mlflow-c runs list -q --plain --filter "$filter" 2>/dev/null | cut -f 1
	echo "exit $?"
done
mlflow-c runs list -q --order-by "start_time; DROP TABLE runs" >/dev/null 2>&1; echo "exit $?"
mlflow-c runs tag one "k'); DROP TABLE tags; --=v" 2>/dev/null; echo "exit $?"
mlflow-c runs tag one "quote=it's; DROP TABLE tags; --"
mlflow-c runs show one --json | jq -r .data.tags.quote
