# The help of every command fits a terminal of 80 columns and 45 lines, the list of them 82; it costs no project.
. "$REPO/tests/cli/kit.sh"
mlflow-c --help
mlflow-c run --help
mlflow-c --help | sed -n '/^commands:/,/^$/s/^  \(.*[a-z]\)  *[A-Z].*/\1/p' | sed 's/ *$//' >commands
sed 's/ .*//' commands | uniq
{ echo; cat commands; } | while read -r command; do
	mlflow-c $command --help >text || echo "$command: exit $?"
	awk -v name="$command" 'length > 80 { print name ": " $0 }' text
	[ $(wc -l <text) -le $([ "$command" ] && echo 45 || echo 82) ] || echo "$command: $(wc -l <text) lines"
	mlflow-c $command -h | cmp - text
done
mlflow-c --help >text
mlflow-c 2>&1 | cmp - text
