# A disk that is full, has no inode left or is read-only is named, and old datasets stay as they were.
. "$REPO/tests/fault/kit.sh"
# A mount namespace of its own; in a chroot nobody may have a user namespace, and root needs none.
apart='unshare -rm'
$apart true 2>/dev/null || apart='unshare -m --propagation unchanged'

# The pipeline with `result` of type $1 at data/$2, on a disk of its own with the mount options $3; $4 is
# the node, $5 further keys of the entry.
on_disk()
{
	echo "== $2 on $3"
	rm -rf conf data build before runs
	project
	cat >conf/base/catalog.yml <<-END
	result: {type: $1, filepath: data/$2${5:+, $5}}
	copy: {type: memory}
	END
	case $1 in
	sqlite) sqlite3 "before/$2" 'CREATE TABLE result (n INTEGER); INSERT INTO result VALUES (41)' ;;
	partitions) mkdir "before/$2" && printf 'n\n41\n' >"before/$2/41.csv" ;;
	*) echo old >"before/$2" ;;
	esac
	pipeline "$4" >conf/base/pipeline.yml
	REPO=$REPO $apart sh -c '
		. "$REPO/tests/fault/kit.sh"
		mount -t tmpfs -o "size=64k,nr_inodes=5" disk data
		cp -r before/* data
		mount -o "remount,$1" disk data
		mlflow-c run -q -j 1
		echo "exit $?"
		diff -r before data && echo "data: untouched"' sh "$3"
}

for file in result.csv result.csv.gz result.csv.zst result.jsonl result.jsonl.gz result.arrow; do
	type=${file#*.}
	on_disk "${type%%.*}" "$file" size=64k large
done
on_disk jsonl result.jsonl nr_inodes=4 good
on_disk csv result.csv.zst nr_inodes=4 good
on_disk jsonl result.jsonl.gz ro good
on_disk csv result.csv.gz ro good
on_disk arrow result.arrow ro good
on_disk sqlite result.db size=64k large 'table: result'
on_disk sqlite result.db ro good 'table: result'
on_disk partitions result nr_inodes=5 good 'dataset: {type: csv}, filename_suffix: .csv, save_args: {partition_by: n}'
on_disk partitions result ro good 'dataset: {type: csv}, filename_suffix: .csv, save_args: {partition_by: n}'
