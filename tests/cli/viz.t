# viz writes one page with the graph in its layers, what a click shows and the last runs; no text in it becomes markup.
. "$REPO/tests/cli/kit.sh"
shop
# What the page knows, as a script of it reads it.
data()
{
	sed -n 's|^<script type="application/json" id="data">\(.*\)</script>$|\1|p' "$1"
}
cat >conf/base/catalog.yml <<'END'
orders: {type: csv, filepath: data/orders.csv, metadata: {layer: raw}}
total: {type: json, filepath: data/total.json, metadata: {layer: reports}}
letter: {type: text, filepath: data/letter.txt, metadata: {layer: "</text><b>odd"}}
END
echo "== before any run"
try viz shop -o page.html | sized
data page.html | jq -c '.runs, [.spots[] | [.kind, .name]]'
echo "== after one: the state of nodes, rows, hashes, first rows"
mlflow-c run -q -p shop
mlflow-c viz shop --rows 2 -q
data build/viz.html | jq -c '.runs[0] | [.name, .status, (.nodes | map_values(.status)), (.data | map_values([.rows, .hash[:8]]))]'
data build/viz.html | jq -c '.spots[] | select(.name == "orders") | [.type, .path, .at, .columns, .head, .all]'
data build/viz.html | jq -c '.spots[] | select(.name == "total") | .text'
data build/viz.html | jq -c '.edges'
echo "== layers from top to bottom, and every spot is drawn"
sed -n '/class="bands"/,/<\/g>/p' build/viz.html | sed -n 's/.* y="\([0-9.]*\)" w.*<text.*">\(.*\)<\/text>/\1 \2/p' | sort -n | cut -d' ' -f2-
grep -c '<g id="s[0-9]*" class="spot' build/viz.html
data build/viz.html | jq '.spots | length'
echo "== nothing of it is markup, or comes from elsewhere"
printf 'x,"<img src=y>"\n"</script><script>alert(1)</script>","&amp;"\n' >data/orders.csv
mlflow-c viz shop -q
data build/viz.html | jq -c '.spots[] | select(.name == "orders") | [.columns, .head]'
grep -c '<script>alert\|<img\|<b>odd' build/viz.html
grep -oE '(src|href|url|import)[=(]["'\'']?[^"'\'') ]*' build/viz.html | sort -u
grep -c "default-src 'none'" build/viz.html
echo "== secrets stay hidden, and --no-preview shows no data"
cat >>conf/base/parameters.yml <<'END'
login: {user: ann, api_token: tk-12345}
END
sed -i 's/params: orders/params: login/' conf/base/pipeline.yml
mlflow-c viz shop --no-preview -o bare.html 2>&1 | sized
grep -c 'tk-12345' bare.html
data bare.html | jq -c '[.spots[] | select(.head or .text)] | length'
echo "== a part of it, selected as run selects"
for part in '--from-nodes total' '--nodes convert,total' '--to-outputs euros' '--tags none'; do
	mlflow-c viz -q -p shop $part -o part.html 2>&1
	data part.html | jq -c '[.spots[].name]'
done
echo "== a run by its name, another pipeline, mistakes"
mlflow-c runs list --json | jq -r '.data[0].name' >name
try viz shop --run "$(cat name)" --json | sized
try viz shpo
try viz shop --run nobody
try viz shop --rows -1
try viz shop -p shop
try viz shop -o page.pdf
mkdir folder
mkdir -p empty/conf/base
try --project empty viz
try viz shop -o folder
ls -A folder
echo "== to stdout"
mlflow-c viz shop -o - | head -n 2
