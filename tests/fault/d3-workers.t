# A runner that loses touch with its workers ends when they are gone: nothing that they staged stays behind.
. "$REPO/tests/fault/sets.sh"
unless asan "$0" # LeakSanitizer cannot work under ptrace
template 20000 # rows, so that workers are at it for a while
for call in recvmsg recvmsg recvmsg sendmsg fcntl; do
	fresh
	"$meddle" -s ../status -w main -c $call mlflow-c run -q -j 2 --params make.k=2 2>/dev/null
	cd ..
	for n in $(seq "$(sed -n 's/^calls //p' status)"); do
		fresh
		timeout 60 "$meddle" -s ../hit -w main -c $call -n "$n" -a EMFILE \
			mlflow-c run -q -j 2 --params make.k=2 >../said 2>&1
		code=$?
		[ $code -lt 124 ] || echo "$call $n: exit $code"
		# only what comes from workers or goes there; the folder of data is the matter of d3-errors
		! grep -qE '^hit main [a-z]+ (socket|pipe):' ../hit || whole "$call $n"
		cd ..
	done
done
echo 'nothing stayed behind'
