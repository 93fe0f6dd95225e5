# The help of every command fits a terminal of 80 columns and 45 lines, the list of them 60; it costs no project.
. "$REPO/tests/cli/kit.sh"
mlflow-c --help
mlflow-c run --help
for command in '' run validate 'runs list' 'registry list' 'node list' 'node describe' 'node run' explain; do
	mlflow-c $command --help >text || echo "$command: exit $?"
	awk -v name="$command" 'length > 80 { print name ": " $0 }' text
	[ $(wc -l <text) -le $([ "$command" ] && echo 45 || echo 60) ] || echo "$command: $(wc -l <text) lines"
	mlflow-c $command -h | cmp - text
done
mlflow-c --help >text
mlflow-c 2>&1 | cmp - text
