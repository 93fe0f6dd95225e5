# Eight runs at once with outputs of their own, and readers meanwhile: all are recorded, nobody is turned away.
. "$REPO/tests/fault/kit.sh"
project
for n in 1 2 3 4 5 6 7 8; do
	cat <<-END
	p$n:
	  nodes:
	    - {name: a$n, plugin: "faults:good", outputs: {table: x$n}}
	    - {name: b$n, plugin: "faults:passes", inputs: {table: x$n}, outputs: {table: y$n}}
	END
done >conf/base/pipeline.yml
for n in 1 2 3 4 5 6 7 8; do
	echo "x$n: {type: csv, filepath: data/x$n.csv}"
	echo "y$n: {type: csv, filepath: data/y$n.csv}"
done >conf/base/catalog.yml
for n in 1 2 3 4 5 6 7 8; do
	(for i in 1 2 3 4 5; do mlflow-c run -q -j 1 -p p$n || echo "p$n, run $i: exit $?"; done) &
	runs="${runs-} $!"
done
reads=0
for pid in $runs; do
	while kill -0 $pid 2>/dev/null; do
		mlflow-c runs list -q --plain >list || echo "runs list: exit $?"
		reads=$((reads + 1))
	done
done
wait
[ $reads -gt 10 ] && echo 'others read meanwhile'
sqlite3 runs/mlflow.db "SELECT status, count(*), sum(nodes_ok) FROM mlc_runs GROUP BY 1; PRAGMA integrity_check;
	SELECT count(DISTINCT name), count(DISTINCT folder) FROM mlc_runs"
cat data/[xy]*.csv | sort | uniq -c | sed 's/^ *//'
