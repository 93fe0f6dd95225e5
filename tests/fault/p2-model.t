# A model version that is on record after a loss of power has all of its files, whole.
. "$REPO/tests/cli/kit.sh"
. "$REPO/tests/fault/kit.sh"
tests=$(dirname "$MLFLOW_C")/tests
[ -x "$tests/meddle" ] || { echo 'skipped: tests/fault/meddle.c is for Linux on x86-64' >&2; exit 77; }
unless asan "$0" # LeakSanitizer cannot work under ptrace
mkdir base
cd base || exit
loan
mlflow-c run -q --params generate.rows=1400 >/dev/null 2>&1 || echo "the first run ends with $?"
cd ..
cp -r base work
(cd work && "$tests/meddle" -o ../log mlflow-c run -q --params generate.rows=1400,generate.seed=7 >/dev/null 2>&1) || echo "the second run ends with $?"
"$tests/blackout" log base >states || echo 'the log cannot be read'
points=$(sed -n '$s/ .*//p' states)
# where the copy of the model is made, and at the end; but for FULL some of them
each=1
[ -n "${FULL-}" ] || each=$(($(grep -c artifacts states) / 30 + 1))
awk -v each=$each '/artifacts/ && ++n % each == 0 || /^'$points' [nas]/' states >chosen
tried=0
while read -r point how k call; do
	rm -rf work
	"$tests/blackout" log base work $point $how $k || exit
	cd work || exit
	where="power lost after call $point, $how $k ($call)"
	mlflow-c runs list -q >/dev/null 2>../said || echo "$where: $(head -n 1 ../said)"
	mlflow-c registry verify >../said 2>&1 || echo "$where: $(head -n 3 ../said)"
	[ $point != $points ] || mlflow-c registry versions loan -q --plain 2>&1 | grep -c . | grep -qx 2 || echo "$where: the run had ended, its version is gone"
	tried=$((tried + 1))
	cd ..
done <chosen
[ $tried -gt 20 ] && echo 'every version on record was whole'
