# A registry that is cut, zeroed, overwritten, empty, foreign, newer or without its journal is named with a way out, and never changed.
. "$REPO/tests/fault/kit.sh"
project
pipeline good >conf/base/pipeline.yml
mlflow-c run -q -j 1 --name one
db=runs/mlflow.db
cp $db good.db
rm -f $db-journal

# $1 says what was done to the file. Every command that opens it is tried; the codes are counted.
commands='runs list
runs show one
runs tag one a=b
registry list
registry show m
registry verify
run -j 1'
try()
{
	cp $db was.db
	echo "$commands" | while read -r command; do
		mlflow-c $command >said 2>&1
		code=$?
		cmp -s $db was.db || echo "$1: $command: changed the file"
		grep -q 'mlflow.db' said || [ $code = 0 ] || echo "$1: $command: does not name it: $(head -n 1 said)"
		grep -q 'help:' said || [ $code = 0 ] || echo "$1: $command: no way out"
		echo "$code"
	done | sort | uniq -c | sed "s/^ */$1: /; s/ \([0-9]*\)$/ times exit \1/"
	cp good.db $db
}
size=$(wc -c <good.db)
for i in $(seq 0 99); do
	head -c $((size * i / 100)) good.db >$db
	try cut
done | sort | uniq -c | sed 's/^ *//'
dd if=/dev/zero of=$db bs=100 count=1 conv=notrunc status=none; try 'zeroed header'
head -c 5000 /dev/zero | tr '\0' 'x' >$db; try garbage
: >$db; try empty
echo 'Dear registry, this is a letter.' >$db; try 'a letter'
sqlite3 $db "INSERT INTO mlc_migrations VALUES (99, 0)"; try 'newer schema'
sqlite3 $db "ALTER TABLE runs ADD COLUMN must TEXT NOT NULL DEFAULT 'x'; PRAGMA writable_schema = 1;
	UPDATE sqlite_master SET sql = replace(sql, ' DEFAULT ''x''', '') WHERE name = 'runs'"; try 'newer MLflow'
rm $db; sqlite3 $db 'CREATE TABLE t (x)'; try 'another program'
# in the middle: what SQLite meets only on its way
for page in 2 5 9 14 20 27; do
	head -c 4096 /dev/zero | dd of=$db bs=4096 seek=$page conv=notrunc status=none
	cp $db was.db
	for command in 'runs list' 'runs show one' 'registry list'; do
		mlflow-c $command >said 2>&1
		code=$?
		[ $code = 0 ] || [ $code = 6 ] || echo "page $page: $command: exit $code: $(head -n 1 said)"
		cmp -s $db was.db || echo "page $page: $command: changed the file"
	done
	cp good.db $db
done
# a writer that is killed half-way leaves its journal: it is undone by whoever comes next
half_way()
{
	sqlite3 $db "PRAGMA cache_size = 1; BEGIN IMMEDIATE;
		WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 3000)
		INSERT INTO tags (key, value, run_uuid) SELECT 'half' || i, hex(randomblob(50)), run_uuid FROM c, runs;" \
		".shell kill -9 \$PPID" >/dev/null 2>&1
	cmp -s good.db $db && echo 'nothing was written yet'
}
half_way
mlflow-c runs list -q --plain | cut -f 1,2
sqlite3 $db "PRAGMA integrity_check; SELECT count(*) FROM tags WHERE key LIKE 'half%'"
cp good.db $db
# and if somebody removes the journal, what is left is refused or read, never a crash
half_way
rm $db-journal
for command in 'runs list' 'runs show one' 'registry list' 'store check'; do
	mlflow-c $command >said 2>&1
	code=$?
	[ $code = 0 ] || [ $code = 6 ] || [ $code = 2 ] || echo "no journal: $command: exit $code: $(head -n 1 said)"
done
cp good.db $db
rm $db; mkdir $db; mlflow-c runs list; echo "folder: exit $?"; rmdir $db
ln -s nowhere/x.db $db; mlflow-c runs list; echo "dangling link: exit $?"; rm $db
mv good.db elsewhere.db; ln -s ../elsewhere.db $db
mlflow-c runs list -q --plain | cut -f 1,2
mlflow-c run -q -j 1 --name two
[ -L $db ] && mlflow-c runs list -q --plain | cut -f 1,2
sqlite3 $db 'PRAGMA integrity_check'
