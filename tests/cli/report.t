# report writes one page with all that is on record of a run; what nodes and people wrote stays text, and nothing in it runs.
. "$REPO/tests/cli/kit.sh"
shop
# The page as words: elements gone, one line each, without the style.
words()
{
	sed '/<style>/,/<\/style>/d; s/<\/\(td\|th\|dt\|span\|summary\)>/ /g; s/<[^>]*>//g; s/  */ /g; s/^ *//; /^$/d' "$1"
}
cat >conf/base/mlflow-c.yml <<'END'
git: false
END
mkdir conf/base/contracts
cat >conf/base/contracts/orders.yml <<'END'
apiVersion: v3.1.0
kind: DataContract
id: orders
version: 1.0.0
status: active
schema:
  - name: orders
    properties:
      - {name: id, logicalType: integer, required: true}
      - {name: amount, logicalType: number, logicalTypeOptions: {maximum: 1}}
END
sed -i 's/  greeting:.*//; s/letter: {greeting.*/letter: {greeting: "<script>alert(1)<\/script>"}/' conf/base/parameters.yml
echo "== a run that broke a contract"
mlflow-c run -q -p shop 2>/dev/null
try report last | sized
page=$(ls build/report-*.html)
words "$page" | grep -v '^user '
grep -o 'class="spot node [a-z_]*"' "$page"
echo "== one that went well, without the contract"
rm -r conf/base/contracts
mlflow-c run -q -p shop
try report last -o good.html --json | sized
words good.html | sed -n '/^Data/,/^What came/p'
grep -c 'class="spot node ok"' good.html
grep -c 'class="spot dataset"' good.html
echo "== what a node left is shown, but runs nowhere"
run=$(mlflow-c runs list --json | jq -r '.data[0].name')
left=$(echo runs/*/"$run")/artifacts
mkdir -p "$left"
echo '<p onclick="x()">a page</p><script>alert(2)</script>' >"$left/a.html"
echo '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(3)"/>' >"$left/b.svg"
printf 'one\n<two>\n' >"$left/c.txt"
printf '\0\001' >"$left/d.bin"
ln -s /etc/passwd "$left/e.txt"
mlflow-c report "$run" -q -o left.html
sed -n '/<h2>Files/,/<h2>Param/p' left.html
grep -c '<script\|onclick="\|onload="' left.html
echo "== of many files the first, and how many more there are"
for i in $(seq 210); do echo "$i" >"$left/more-$i.txt"; done
mlflow-c report "$run" -q -o many.html
grep -c '<h3>more' many.html
grep 'beside these' many.html
rm "$left"/more-*
echo "== mistakes"
try report nobody
try report
try report last -o /dev/null/x
try report last -o report.pdf
echo "== a state that another program wrote is text as well"
sqlite3 runs/mlflow.db "UPDATE mlc_nodes SET status = '<b>odd_one</b>' WHERE name = 'total'"
mlflow-c report "$run" -q -o odd.html
grep -c '<b>' odd.html
words odd.html | grep -m 2 -i 'odd'
