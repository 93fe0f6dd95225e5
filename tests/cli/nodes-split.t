# The node split: exact shares, by chance, class, time, group and content; the same each time.
mkdir -p conf/base build/nodes data
install -m 755 "$NODES/split.so" build/nodes/
echo 'git: false' >conf/base/mlflow-c.yml
cat >conf/base/catalog.yml <<'END'
table: {type: csv, filepath: data/table.csv}
train: {type: csv, filepath: data/train.csv}
test: {type: csv, filepath: data/test.csv}
valid: {type: csv, filepath: data/valid.csv}
END
cat >conf/base/pipeline.yml <<'END'
all: {nodes: [{name: split, inputs: {table: table}, outputs: {train: train, test: test, validation: valid}, params: split}]}
END
awk 'BEGIN { print "id,class,day,who"
	for (i = 1; i <= 1000; i++)
		printf "%d,%s,2024-%02d-%02d,p%d\n", i, i % 10 ? i % 2 ? "a" : "b" : "rare", 1 + i * 7 % 12, 1 + i * 5 % 28, i % 40
	print "1001,,,"
}' >data/table.csv
split()
{
	echo "split: {$1}" >conf/base/parameters.yml
	mlflow-c run -q 2>&1 | grep '^error'
}
rows() { for part in train test valid; do printf '%s %d  ' $part "$(($(wc -l <data/$part.csv) - 1))"; done; echo; }
part() { cut -d , -f "$1" data/$2.csv | tail -n +2 | sort; }

echo "== random: exact, ordered, the same for the same seed"
split 'test_share: 0.2, validation_share: 0.15'
rows
cp data/test.csv first.csv
split 'test_share: 0.2, validation_share: 0.15'
cmp data/test.csv first.csv
split 'test_share: 0.2, validation_share: 0.15, seed: 2'
cmp -s data/test.csv first.csv || echo "another seed, another test"
part 1 test | sort -n | cmp - - && tail -n +2 first.csv | cut -d , -f 1 | sort -nc && echo "in order"
{ part 1 train && part 1 test && part 1 valid; } | sort -n | uniq -c | awk '$1 != 1 { bad++ } END { print NR " rows, " bad + 0 " of them twice" }'

echo "== stratified: exact in each class, null being one"
split 'by: stratified, column: class, test_share: 0.25'
part 2 test | uniq -c

echo "== time: no row of the test is before one of train, and no time is no test"
split 'by: time, column: day, test_share: 0.3, validation_share: 0.1'
rows
for part in train valid test; do part 3 $part | sed -n '1p;$p' | tr '\n' ' '; done
echo

echo "== group: nobody is on two sides"
split 'by: group, column: who, test_share: 0.3, validation_share: 0.2'
rows
part 4 train | uniq >a && part 4 test | uniq >b && part 4 valid | uniq >c
sort a b c | uniq -d | wc -l

echo "== hash: rows stay where they are when others come and go"
split 'by: hash, columns: [id]'
rows
cp data/test.csv first.csv
sed -i '2,500d' data/table.csv
split 'by: hash, columns: [id]'
part 1 test | while read -r id; do grep -q "^$id," first.csv || echo "$id is new"; done
rows

echo "== bad input"
split 'by: chance'
split 'by: stratified'
split 'by: stratified, column: clas'
split 'by: time, column: class'
split 'by: hash, columns: [none]'
split 'test_share: 0.6, validation_share: 0.4'
split 'test_share: 1.5'
head -n 1 data/table.csv >empty && mv empty data/table.csv
for by in random stratified group hash; do split "by: $by, column: class"; rows; done
