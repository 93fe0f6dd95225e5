# The report of a run in a browser, wide and narrow, light and dark: nothing is cut off, nothing complains, what nodes left is shown.
. "$REPO/tests/cli/kit.sh"
. "$REPO/tests/browser/driver.sh"
loan
mlflow-c run -q --params generate.rows=2000
mlflow-c report -q last -o ok.html
sed -i 's/maximum: 100}/maximum: 20}/' conf/base/contracts/loans.yml
mlflow-c run -q --params generate.rows=2000 2>/dev/null
mlflow-c report -q last -o failed.html
browser_start
for width in 1280 400; do
	for scheme in light dark; do
		size $width $scheme
		for name in ok failed; do
			echo "== $name, $width wide, $scheme"
			page $name.html
			picture "report-$name-$width-$scheme"
			js 'return ["wider than the window by", Math.max(0, document.documentElement.scrollWidth - innerWidth),
				[...document.querySelectorAll("h2")].map((h) => h.textContent), document.querySelectorAll(".spot").length]'
			js "$contrast"
			noise
		done
	done
done
page ok.html
echo "== the page that evaluate wrote is in its frame, where nothing may run"
js 'const f = document.querySelector("iframe"); f.scrollIntoView(); return [f.title, f.sandbox.length, /ROC/.test(f.srcdoc), f.contentDocument]'
sleep 1
picture report-frame
