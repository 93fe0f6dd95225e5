# The page of viz in a browser, wide and narrow, light and dark: every spot is there, a click tells about it, nothing complains.
. "$REPO/tests/cli/kit.sh"
. "$REPO/tests/browser/driver.sh"
loan
mlflow-c run -q --params generate.rows=2000
mlflow-c run -q -p training --params train.l2=2
mlflow-c viz -q -o ok.html
sed -i 's/maximum: 100}/maximum: 20}/' conf/base/contracts/loans.yml
mlflow-c run -q --params generate.rows=2000 2>/dev/null
mlflow-c viz -q -o failed.html
mkdir -p big/conf/base
awk 'BEGIN { print "default:\n  nodes:"
	for (i = 0; i < 300; i++)
		printf "    - {name: node_%d, plugin: example, inputs: [%s], outputs: [table_%d], tags: [t%d]}\n", i,
			i ? sprintf("table_%d%s", int(i * 7 / 8), i > 9 ? sprintf(", table_%d", i - 3 - i % 5) : "") : "", i, i % 4 }' \
	>big/conf/base/pipeline.yml
echo '{}' >big/conf/base/catalog.yml
mlflow-c --project big viz -q -o big.html

browser_start
for width in 1280 400; do
	for scheme in light dark; do
		size $width $scheme
		for name in ok failed big; do
			echo "== $name, $width wide, $scheme"
			page $name.html
			picture "viz-$name-$width-$scheme"
			js 'return [document.title, document.querySelectorAll(".spot").length,
				JSON.parse(document.getElementById("data").textContent).spots.length,
				"wider than the window by", Math.max(0, document.documentElement.scrollWidth - innerWidth),
				"the first spot is seen", document.elementFromPoint(...(({x, y, width, height}) => [x + width / 2,
				y + height / 2])(document.getElementById("s0").getBoundingClientRect()))?.closest(".spot")?.id]'
			js "$contrast"
			noise
		done
	done
done
size 1280 light
page ok.html
echo "== a click on each spot shows its name"
js 'const wrong = []; for (const g of document.querySelectorAll(".spot")) {
	g.dispatchEvent(new MouseEvent("click", {bubbles: true}));
	if (document.querySelector("#panel h3").textContent !== g.querySelector("text").textContent) wrong.push(g.id); }
	return wrong'
echo "== a node: state, place, parameters, what it reads and writes"
click '.spot.node[aria-label^="node train"]'
picture viz-click-node
js 'return document.getElementById("panel").innerText.split("\n").filter((l) => !/ ms$| s$| [kM]?B$/.test(l))'
echo "== a dataset: contract and first rows"
click '.spot[aria-label="dataset loans_clean"]'
picture viz-click-dataset
js 'const p = document.getElementById("panel"); return [p.querySelectorAll(".scroll tr").length, p.querySelectorAll(".checks tr").length, location.hash]'
echo "== what has nothing to do with it steps back"
click '.spot[aria-label="dataset loans_test"]'
js 'return [...document.querySelectorAll(".spot.far text")].map((t) => t.textContent)'
echo "== the keyboard: a spot is reached and chosen; Escape closes"
js 'const g = document.getElementById("s1"); g.focus(); g.dispatchEvent(new KeyboardEvent("keydown", {key: "Enter", bubbles: true}));
	const a = document.querySelector("#panel h3").textContent; document.dispatchEvent(new KeyboardEvent("keydown", {key: "Escape"}));
	return [a, document.activeElement === g, document.querySelector("#panel h3")]'
echo "== find, tags, another run"
js 'const f = document.getElementById("find"); f.value = "TRAIN"; f.dispatchEvent(new Event("input"));
	return [...document.querySelectorAll(".spot:not(.far) text")].map((t) => t.textContent)'
page failed.html
js 'const s = () => document.getElementById("state").textContent.split(" · ").slice(0, 2), a = s(), l = document.getElementById("run");
	l.value = 1; l.dispatchEvent(new Event("change")); return [a, s(), document.querySelectorAll(".spot.ok").length]'
page big.html
js 'document.querySelector("#tags button").click(); return document.querySelectorAll(".spot.node:not(.far)").length'
noise
