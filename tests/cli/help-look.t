# The help of the commands that look at a project fits 80 columns and 45 lines.
for command in 'config show' 'config diff' 'catalog list' 'catalog describe' \
	'catalog preview' 'catalog diff' 'pipeline list' 'pipeline show' 'pipeline graph' \
	'contract check' 'contract infer' 'contract diff' 'contract release'; do
	mlflow-c $command --help >text || echo "$command: exit $?"
	awk -v name="$command" 'length > 80 { print name ": " $0 }' text
	[ $(wc -l <text) -le 45 ] || echo "$command: $(wc -l <text) lines"
	grep -q '^examples:' text || echo "$command: no examples"
done
mlflow-c config show --help
mlflow-c pipeline graph --help
