# Whatever system call fails, a run ends with an error and the old data, or with all that it promised.
. "$REPO/tests/fault/sets.sh"
unless asan "$0" # LeakSanitizer cannot work under ptrace
template
grep -v '^#' "$REPO/tests/fault/d3-absorbed" | tr -s '\t' >allowed
# WHO CALL PATH: whether it is on the list.
allowed()
{
	while IFS="	" read -r who call path why; do
		case $who in "$1" | any) [ "$call" = "$2" ] && echo "$3" | grep -qE "^($path)\$" && return ;; esac
	done <../allowed
	return 1
}
# The call $1 of those in $2 fails with $3.
fail_at()
{
	fresh
	timeout 60 "$meddle" -s ../hit -c "$2" -n $1 -a $3 mlflow-c run -q -j 2 --params make.k=2 >../said 2>&1
	code=$?
	hit=$(sed -n "s/^hit //p; s|$PWD/||" ../hit | sed "s|$PWD/||" | head -n 1)
	where="$3 at call $1 ($hit)"
	cp ../said ../first
	# what is replaced lies under the name of the stage; if it cannot be removed, it stays
	case "$code $hit" in '0 '*' data/'*.stage*) rm -rf data/*/.*.stage ;; esac
	whole "$where"
	tried=$((tried + 1))
	if [ $code = 0 ] && [ -n "$hit" ]; then
		absorbed=$((absorbed + 1))
		set -- $hit
		allowed $1 $2 "$3" || echo "$where: exit 0, and it is not on the list"
		[ "$sets$states" = "nnnok ok " ] || echo "$where: exit 0, but $sets, $states"
	elif [ $code = 0 ]; then
		:
	elif [ $code = 134 ] && case $hit in 'main read pipe:'* | 'main pipe2 '*) true ;; *) false ;; esac; then
		: # libuv gives up when the pipe by which it wakes itself fails
	elif [ $code -ge 124 ]; then
		echo "$where: exit $code: $(tail -n 1 ../first)"
	else
		[ -s ../first ] || echo "$where: exit $code without a word"
	fi
	[ $((tried % 16)) != 0 ] || mends "$where"
	cd ..
}
# Every call of the kind $1, with the errors $2 by turns; but for FULL one in $3.
sweep()
{
	fresh
	"$meddle" -s ../status -c "$1" mlflow-c run -q -j 2 --params make.k=2 2>/dev/null
	cd ..
	total=$(sed -n 's/^calls //p' status)
	every=$3
	[ -z "$FULL" ] || every=1
	for n in $(seq 1 $every $total); do
		fail_at $n "$1" $(echo "$2" | awk -v n=$((n / every)) '{ print $(n % NF + 1) }')
	done
}
tried=0 absorbed=0
sweep changes 'EIO ENOSPC EDQUOT EROFS' 31
sweep getdents64,fsync,fdatasync,renameat,renameat2,mkdirat,unlinkat 'EIO' 2
sweep read,pread64,close,lseek,fstat,getdents64,fcntl 'EIO' 29
sweep memfd_create,clone,socketpair,pipe2,sendmsg,recvmsg,epoll_create1,eventfd2 'EMFILE ENOMEM' 9
tally D3 'the n-th system call of any process fails: EIO, ENOSPC, EDQUOT, EROFS, EMFILE, ENOMEM' "$tried calls" \
	'exit 0 only if all outputs are new, on record, and the call is on the list; else a message, old sets or whole new ones' \
	"0 violations; $absorbed failures were absorbed, each listed in d3-absorbed"
echo 'every failure was named, or did no harm'
