# A run with too few descriptors fails with a message, and does not hang.
. "$REPO/tests/fault/kit.sh"
project
pipeline good >conf/base/pipeline.yml
for n in 13 14 15 16 17 18 19 20 21 22; do
	(ulimit -n $n && timeout 10 mlflow-c run -j 1 >out 2>&1)
	status=$?
	case $status in
	0) cmp -s data/result.csv data/copy.csv || echo "$n descriptors: exit 0 and no result" ;;
	1 | 6 | 7) grep -qi 'too many open files' out || echo "$n descriptors: $(cat out)" ;;
	*) echo "$n descriptors: exit $status" ;;
	esac
done
recovers | head -n 1
