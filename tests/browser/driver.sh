# SPDX-License-Identifier: Apache-2.0
# A browser without a window, told what to do by WebDriver's requests.
#
#	browser_start   page FILE   size WIDTH light|dark   js CODE   click CSS   picture NAME   noise
pictures=$(dirname "$MLFLOW_C")/browser
mkdir -p "$pictures"

ask()
{
	curl -sS -X "$1" -H 'Content-Type: application/json' ${3+-d "$3"} "http://127.0.0.1:$port/session$2"
}

browser_start()
{
	chromedriver --port=0 >driver.log 2>&1 &
	driver=$!
	trap 'ask DELETE "/$session" >/dev/null; kill $driver; wait $driver 2>/dev/null' EXIT
	for i in $(seq 100); do
		port=$(sed -n 's/.*successfully on port \([0-9]*\).*/\1/p' driver.log)
		[ -z "$port" ] || break
		sleep 0.1
	done
	session=$(ask POST '' '{"capabilities": {"alwaysMatch": {"goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"},
		"goog:chromeOptions": {"args": ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run",
		"--disable-background-networking", "--disable-dev-shm-usage"]}}}}' | jq -r .value.sessionId)
}

devtools()
{
	ask POST "/$session/goog/cdp/execute" "{\"cmd\": \"$1\", \"params\": $2}" >/dev/null
}

size()
{
	devtools Emulation.setDeviceMetricsOverride "{\"width\": $1, \"height\": 800, \"deviceScaleFactor\": 1, \"mobile\": false}"
	devtools Emulation.setEmulatedMedia "{\"features\": [{\"name\": \"prefers-color-scheme\", \"value\": \"$2\"}]}"
}

page()
{
	ask POST "/$session/url" "$(jq -n --arg u "file://$PWD/$1" '{url: $u}')" >/dev/null
}

js()
{
	ask POST "/$session/execute/sync" "$(jq -n --arg s "$1" '{script: $s, args: []}')" | jq -c .value
}

click()
{
	element=$(ask POST "/$session/element" "$(jq -n --arg s "$1" '{using: "css selector", value: $s}')" |
		jq -r '.value | to_entries[0].value')
	ask POST "/$session/element/$element/click" '{}' | jq -r '.value.message // empty' | head -n 1
}

picture()
{
	ask GET "/$session/screenshot" | jq -r .value | base64 -d >"$pictures/$1.png"
}

# What the console said, and where else the page went.
noise()
{
	ask POST "/$session/se/log" '{"type": "browser"}' | jq -r '.value[].message'
	ask POST "/$session/se/log" '{"type": "performance"}' | jq -r '.value[].message | fromjson | .message |
		select(.method == "Network.requestWillBeSent") | .params.request.url | select(startswith("file:") | not)'
}

# Words with less contrast than 4.5 to what is behind them; the page without its spots and lines.
contrast='const lum = (c) => c.map((v) => (v /= 255) <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
	.reduce((s, v, i) => s + v * [.2126, .7152, .0722][i], 0);
const rgb = (s) => s.match(/[0-9.]+/g).map(Number);
const behind = (e) => { for (; e; e = e.parentElement) { const c = rgb(getComputedStyle(e).backgroundColor); if (c.length < 4 || c[3]) return c.slice(0, 3); } return [255, 255, 255]; };
return [...document.querySelectorAll("body *")].filter((e) => !e.closest("svg, script, style, select") && e.offsetParent && [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim()))
	.filter((e) => { const a = lum(rgb(getComputedStyle(e).color).slice(0, 3)), b = lum(behind(e)); return (Math.max(a, b) + .05) / (Math.min(a, b) + .05) < 4.5; })
	.map((e) => e.tagName + " " + e.textContent.slice(0, 20));'
