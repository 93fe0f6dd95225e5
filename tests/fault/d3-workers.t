# A runner that loses touch with its workers ends when they are gone: nothing that they staged stays behind.
. "$REPO/tests/fault/sets.sh"
unless asan "$0" # LeakSanitizer cannot work under ptrace
# Each call $1 of the runner to a socket or a pipe fails, one after the other; how data is opened and removed is
# the matter of d3-errors.
sweep()
{
	fresh
	"$meddle" -s ../status -w main -c "$1" -n +1 -a look mlflow-c run -q -j 2 --params make.k=2 2>/dev/null
	cd ..
	for n in $(grep '^hit' status | grep -nE '^hit main [a-z]+ (socket|pipe):' | cut -d : -f 1); do
		fresh
		timeout 60 "$meddle" -s ../hit -w main -c "$1" -n "$n" -a EMFILE \
			mlflow-c run -q -j 2 --params make.k=2 >../said 2>&1
		code=$?
		[ $code -lt 124 ] || echo "$1 $n: exit $code"
		! grep -qE '^hit main [a-z]+ (socket|pipe):' ../hit || whole "$1 $n"
		cd ..
	done
}
# while workers are long at it; and when they begin, with little to do: a stage is soon there
template 20000
for i in 1 2 3; do sweep recvmsg; done
sweep sendmsg
rm -rf base old new "${shm-}"
template 400
# others want the processors as well, so that who is told to stop is not told at once
busy=
trap 'kill $busy; cd / && rm -rf "${shm-}"' EXIT
for i in 1 2 3; do
	while :; do :; done &
	busy="$busy $!"
done
for i in 1 2 3; do sweep fcntl; done
echo 'nothing stayed behind'
