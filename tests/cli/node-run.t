# node run runs one node on files, without a record.
. "$REPO/tests/cli/kit.sh"
shop
mlflow-c node run shop:orders --out table=orders.csv --params orders.rows=2
echo "exit $?"
show orders.csv
mlflow-c node run shop:total --in table=orders.csv --out report=total.json --params total.column=amount
echo "exit $?"
mlflow-c node run shop:total --in table=orders.csv --out report=again.json --params total.column=amount --json
cmp total.json again.json
mlflow-c node run shop:letter --in report=total.json,table=orders.csv --out text=letter.txt
echo "exit $?"
show total.json letter.txt
cp total.json before.json
mlflow-c node run shop:total --in table=orders.csv --out report=total.json --params total.column=none
echo "exit $?"
cmp before.json total.json
wrong()
{
	mlflow-c node run "$@"
	echo "exit $?"
}
wrong shop:total --in table=orders.csv
wrong shop:total --out report=total.json
wrong shop:total --in tabel=orders.csv --out report=total.json
wrong shop:total --in table --out report=total.json
wrong shop:total --in table=none.csv --out report=total.json
wrong shop:total --in table=total.json --out report=x.json
wrong shop:none
wrong shp:total
wrong ../shop
[ -e runs/mlflow.db ] || echo "no record"
ls -A
