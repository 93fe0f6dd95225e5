# A folder of contracts that cannot be listed to its end is an error, wherever the listing breaks off.
. "$REPO/tests/fault/kit.sh"
meddle=$(dirname "$MLFLOW_C")/tests/meddle
[ -x "$meddle" ] || { echo 'skipped: tests/fault/meddle.c is for Linux on x86-64' >&2; exit 77; }
unless asan "$0" # LeakSanitizer cannot work under ptrace
project
pipeline good >conf/base/pipeline.yml
# with names so long that the kernel gives them in several parts
mkdir -p conf/base/contracts/result
for n in $(seq 300); do
	cat >"conf/base/contracts/result/$(printf '%0200d' $n).yml" <<-END
	apiVersion: v3.1.0
	kind: DataContract
	id: part$n
	version: 1.0.0
	status: active
	schema: [{name: result, properties: [{name: n, logicalType: integer, logicalTypeOptions: {maximum: $((n + 1000))}}]}]
	END
done
check() { timeout 60 "$meddle" -c getdents64 "$@" mlflow-c contract check result --json >out 2>said; }

check -s hits -n +1 -a look
cp out whole
jq '[.. | objects | select(.metric?)] | length' whole
n=0 tried=0
while read -r hit who call path; do
	n=$((n + 1))
	case $path in */contracts/result) ;; *) continue ;; esac
	tried=$((tried + 1))
	check -n $n -a EIO
	code=$?
	[ $code != 0 ] || cmp -s whole out || echo "part $tried of the folder is missing: exit 0, and other checks"
done <hits
[ $tried -gt 2 ] && echo 'the folder was read in full, or it was an error'
