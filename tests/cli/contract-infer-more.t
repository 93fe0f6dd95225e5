# contract infer proposes keys, foreign keys, steps and days; and distributions if they are asked for.
. "$REPO/tests/cli/kit.sh"
mkdir -p conf/base/contracts data
cat >conf/base/catalog.yml <<END
sales: {type: csv, filepath: data/sales.csv}
more: {type: csv, filepath: data/more.csv}
customers: {type: csv, filepath: data/customers.csv}
articles: {type: csv, filepath: data/articles.csv}
shops: {type: csv, filepath: data/shops.csv}
regions: {type: csv, filepath: data/regions.csv}
END
keyed()
{
	cat >conf/base/contracts/$1.yml <<-END
	apiVersion: v3.1.0
	kind: DataContract
	id: $1
	version: 1.0.0
	schema: [{name: $1, properties: [{name: $2, logicalType: $3, $4: true}]}]
	END
}
keyed customers id integer primaryKey
keyed articles ean string unique
keyed shops id integer unique
keyed regions id integer required
seq 0 20 | sed 's/^/c,/; 1s/.*/name,id/' >data/customers.csv
printf 'ean\na1\na2\na3\n' >data/articles.csv
printf 'id\n1\n2\n' >data/shops.csv
cp data/shops.csv data/regions.csv
# shop 3 is none of the shops; regions have no key
awk 'BEGIN {
	print "line,customer_id,ean,shop,region,price,amount,day,at,paid,state"
	for (i = 1; i <= 400; i++)
		printf "%d,%d,a%d,%d,%d,%.2f,%d,2025-01-%02d,2025-01-15T03:00:%02dZ,%s,%s\n", i, i % 20 + 1, i % 3 + 1,
			i % 3 + 1, i % 2 + 1, i / 20, i % 7 * 25, i % 28 + 1, i % 60, i % 4 ? "true" : "false", i % 5 ? "open" : "done"
}' >data/sales.csv
mlflow-c contract infer sales | tee conf/base/contracts/sales.yml
mlflow-c contract check sales
mlflow-c contract infer sales --distribution >conf/base/contracts/sales.yml
grep -B 6 psi conf/base/contracts/sales.yml
mlflow-c contract check sales
echo "== other data breaks what was proposed"
sed 's/,a3,/,a4,/; s/\(,[0-9]*\)\.[0-9][0-9],/\1.001,/; s/,open$/,done/; s/01-01,/01-01T01:00:00Z,/; 3s/^/1/; s/,25,/,26,/' data/sales.csv >data/more.csv
cp data/more.csv data/sales.csv
mlflow-c contract check sales --json |
	jq -r '.data[0].checks[] | select(.status != "pass") | [.id, .status, .severity, .observed] | join("  ")'
mlflow-c contract infer --help | grep distribution
