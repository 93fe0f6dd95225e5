# CSV files of other programs are read by what the entry says of them, and what cannot be read is named or put aside.
. "$REPO/tests/cli/kit.sh"
shop
mkdir -p data
printf "exported by till 4\r\n\r\nid;who;amount;paid;when;x\r\n1;'Bj\366rn; Oslo';0.5;true;2024-02-29;a\r\n2;'it''s';;false;2024-03-01T08:30;b\r\n" >data/till.csv
cat >>conf/base/catalog.yml <<-END
	till:
	  type: csv
	  filepath: data/till.csv
	  load_args: {sep: ";", quotechar: "'", encoding: latin-1, skiprows: 2, usecols: [id, who, amount, when], parse_dates: when, dtype: {amount: float64}}
END
mlflow-c catalog preview till
mlflow-c catalog validate till --json
echo "== a column that the file has not, and options that are wrong"
sed -i 's/usecols: .id/usecols: [ident/' conf/base/catalog.yml
mlflow-c catalog preview till
echo "exit $?"
sed -i 's/ident/id/; s/encoding: latin-1/encoding: latin-2/' conf/base/catalog.yml
mlflow-c validate
echo "exit $?"
sed -i "s/encoding: latin-2/encoding: latin-1/; s/quotechar: \"'\"/quotechar: \";\"/" conf/base/catalog.yml
mlflow-c validate
echo "exit $?"
echo "== a dataset that a node writes is to be read back"
sed -i 's|^orders: .*|orders: {type: csv, filepath: data/orders.csv, load_args: {skiprows: 1}}|; /^till/,$d' conf/base/catalog.yml
mlflow-c run -q -p shop
echo "exit $?"

echo "== rows that cannot be read: an error ..."
cat >data/orders.csv <<-END
	id,who,amount
	1,Ada,1.5
	2,Bo
	3,Cy,2.5
	4,Di "Q",1.0
	5,Ed,many
	6,"Fay, Jr.",3.0
	7,Gus,4.0,extra
END
sed -i 's|^orders: .*|orders: {type: csv, filepath: data/orders.csv, load_args: {dtype: {amount: float64}, on_bad_lines: error}}|' conf/base/catalog.yml
mlflow-c run -q -p audit
echo "exit $?"
echo "== ... or left out, which is said ..."
sed -i 's/on_bad_lines: error/on_bad_lines: skip/' conf/base/catalog.yml
mlflow-c run -p audit --plain 2>&1 | grep -v "^run "
cat data/counts.json; echo
mlflow-c catalog validate orders
echo "== ... or kept as a dataset of their own"
sed -i 's/on_bad_lines: skip/on_bad_lines: quarantine/' conf/base/catalog.yml
mlflow-c run -q -p audit
sed 's/^[0-9a-f]\{32\},/RUN,/' data/quarantine/orders__bad_lines.csv
echo "== which is empty once the file is good"
sed -i '/^2,/d; /^4,/d; /^5,/d; /^7,/d' data/orders.csv
mlflow-c run -q -p audit
cat data/quarantine/orders__bad_lines.csv
mlflow-c catalog lineage orders__bad_lines
sed -i 's/quarantine/keep/' conf/base/catalog.yml
mlflow-c validate
echo "exit $?"
echo "== everything that is there, and can be read or not"
sed -i 's/on_bad_lines: keep/sep: ","/' conf/base/catalog.yml
printf '{"a": 1,' >data/total.json
mlflow-c catalog validate
echo "exit $?"
mlflow-c catalog validate ordres
echo "exit $?"
