# explain tells every code of the table, and knows them by either case.
. "$REPO/tests/cli/kit.sh"
mlflow-c explain MLC0312
mlflow-c explain mlc0601
mlflow-c explain MLC9999
echo "exit $?"
mlflow-c explain | awk 'NR == 1 || NR < 4'
mlflow-c explain | wc -l
mlflow-c explain --plain | awk -F '\t' 'NF != 3'
for code in $(mlflow-c explain -q --plain | cut -f 1); do
	mlflow-c explain $code >text || echo "$code: exit $?"
	[ $(wc -l <text) -ge 3 ] || echo "$code: no explanation"
done
