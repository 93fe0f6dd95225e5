# However a run is killed, --resume makes what an undisturbed run makes, and repeats nothing that was done.
. "$REPO/tests/cli/kit.sh"
loan
sed -i '/^seed/d' conf/base/mlflow-c.yml # every run has a seed of its own, and a continued one that of the first
hashes()
{
	find data -type f ! -path '*/quarantine/*' | sort | xargs sha256sum
}
ask()
{
	echo "$1" | sqlite3 runs/mlflow.db
}

MLFLOW_C_SEED=7 mlflow-c run -q --name whole 2>/dev/null
hashes >want
# How many nodes of a run are done; not fewer than are there, since the next may follow at once.
done_in()
{
	sqlite3 -cmd '.timeout 2000' runs/mlflow.db "SELECT min(count(*), ${1#kdone}) FROM mlc_nodes n JOIN mlc_runs r USING (num) WHERE r.name = '$1' AND n.status = 'ok'" 2>/dev/null
}

# At a time, or, however slow the machine is, when so many nodes are done.
reach()
{
	case $1 in
	done*)
		until [ "$(done_in "k$1")" = "${1#done}" ] || ! kill -0 $run 2>/dev/null; do
			sleep 0.002
		done
		;;
	*) sleep 0.$1 ;;
	esac
}

continued=0
for ms in 030 060 090 120 150 180 210 240 270 300 done1 done2 done4; do
	rm -rf data
	MLFLOW_C_SEED=7 mlflow-c run -q --name k$ms 2>/dev/null &
	run=$!
	reach $ms
	kill -KILL $run 2>/dev/null
	wait $run 2>/dev/null
	mlflow-c runs list -q >/dev/null 2>&1 # which marks it interrupted
	case $(ask "SELECT status FROM mlc_runs WHERE name = 'k$ms'") in
	'') continue ;;   # killed before it began
	ok) ;;            # or after it ended
	interrupted)
		ask "SELECT name FROM mlc_nodes WHERE status = 'ok' AND basis IS NOT NULL AND num = (SELECT max(num) FROM mlc_runs)" >before
		MLFLOW_C_SEED=8 mlflow-c run --resume k$ms --name r$ms --progress plain 2>log || cat log
		# what was done runs again only for what it leaves in memory
		sed -n '/in memory/d; s/^[^ ]* \[[0-9/]*\] ok *\([^ ]*\) .*/\1/p' log | grep -xFf before | sed 's/$/ was repeated/'
		[ ! -s before ] || continued=$((continued + 1))
		;;
	*) echo "k$ms is $(ask "SELECT status FROM mlc_runs WHERE name = 'k$ms'")" ;;
	esac
	hashes | diff want - >diff || { echo "killed at $ms:"; cat diff; }
	[ -z "$(find data -name '.*')" ] || find data -name '.*'
done
[ $continued -gt 0 ] && echo "some runs were continued in the middle"
ask "PRAGMA integrity_check; SELECT count(*) FROM mlc_runs WHERE status = 'running'"
