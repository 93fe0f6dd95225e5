# Reads and writes that do half of what they are asked, and calls that are interrupted, change no byte of any output.
. "$REPO/tests/fault/sets.sh"
unless asan "$0" # LeakSanitizer cannot work under ptrace
template 2000
# The calls $1, each as $2 says ($3: or each N-th).
through()
{
	fresh
	timeout 100 "$meddle" -s ../hit -c "$1" -n "$3" -a $2 mlflow-c run -q -j 2 --params make.k=2 2>../said
	code=$?
	cp ../said ../first
	hits=$(grep -c ^hit ../hit)
	[ $hits -gt 0 ] || echo "$1 $2: no call was met"
	[ $code = 0 ] || echo "$1 $2: exit $code: $(head -n 1 ../first)"
	whole "$1 $2"
	[ "$sets" = nnn ] || echo "$1 $2: the outputs are $sets"
	all=$((${all:-0} + hits))
	cd ..
}
through write short +1
through pwrite64 short +1
through read short +1
through pread64 short +1
through write EINTR +2
through read EINTR +2
through pwrite64 EINTR +2
through openat2 EINTR +2
# An fsync that fails is not tried again, and its node fails.
fresh
"$meddle" -s ../status -c fsync -n +1 -a look mlflow-c run -q -j 2 --params make.k=2 2>/dev/null
cd ..
total=$(sed -n 's/^calls //p' status)
for n in $(seq 1 $total); do
	fresh
	"$meddle" -o ../log -s ../hit -c fsync -n $n -a EIO mlflow-c run -q -j 2 --params make.k=2 2>../said
	code=$?
	path=$(sed -n "s|^hit [a-z]* fsync $PWD/||p" ../hit)
	[ $code != 0 ] || echo "fsync of $path fails: exit 0"
	awk -F '\t' -v p="$path" '$2 == "fsync" && $5 == p { n++ } END { exit n > 0 && p ~ /stage$/ }' ../log ||
		echo "fsync of $path was tried again"
	cp ../said ../first
	grep -q 'cannot bring\|cannot put\|Input/output' ../first || echo "fsync of $path: $(head -n 1 ../first)"
	whole "fsync of $path fails"
	cd ..
done
tally D4 'reads and writes are halved, every second call is interrupted; each fsync fails once' \
	"$all calls halved or interrupted; $total fsyncs" 'the same bytes; an fsync is not repeated, its node fails' '0 violations'
echo 'the same bytes, and no fsync was tried twice'
