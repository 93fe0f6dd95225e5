# A folder that cannot be listed to its end is an error: no contract is forgotten, no model is registered in part.
. "$REPO/tests/cli/kit.sh"
. "$REPO/tests/fault/kit.sh"
meddle=$(dirname "$MLFLOW_C")/tests/meddle
[ -x "$meddle" ] || { echo 'skipped: tests/fault/meddle.c is for Linux on x86-64' >&2; exit 77; }
unless asan "$0" # LeakSanitizer cannot work under ptrace
loan
mkdir conf/base/contracts/loans_train
mv conf/base/contracts/loans_train.yml conf/base/contracts/loans_train/all.yml

# Runs it anew, with the flags of meddle $@.
anew()
{
	rm -rf runs data
	timeout 60 "$meddle" -c getdents64 "$@" mlflow-c run -q -j 1 --params generate.rows=1400 >said 2>&1
}

# How many contracts were kept, and what lies in the registered model.
kept()
{
	sqlite3 runs/mlflow.db 'SELECT dataset, contract IS NOT NULL FROM mlc_data ORDER BY 1'
	(cd runs/*/*/artifacts/loan 2>/dev/null && find . -type f | sort)
}

anew -s hits -n +1 -a look || cat said
kept >want
grep -c . want
n=0 tried=0
while read -r hit who call path; do
	n=$((n + 1))
	case $hit$path in hit*contracts* | hit*loan_model* | hit*artifacts*) ;; *) continue ;; esac
	tried=$((tried + 1))
	anew -n $n -a EIO
	code=$?
	kept >got 2>&1
	[ $code != 0 ] || cmp -s want got || { echo "call $n on ${path#$PWD/} fails: exit 0, and less than promised:"; diff want got; }
done <hits
[ $tried -gt 4 ] && echo 'every folder was listed in full, or it was an error'
