"use strict";
(() => {
const data = JSON.parse(document.getElementById("data").textContent);
const spots = data.spots, runs = data.runs;
const $ = (id) => document.getElementById(id);
const graph = $("graph"), view = $("view"), panel = $("panel");
const shapes = spots.map((s, i) => $("s" + i));
const ups = spots.map(() => []), downs = spots.map(() => []);
for (const [from, to] of data.edges) {
	downs[from].push(to);
	ups[to].push(from);
}
let run = runs[0], chosen = -1, zoom = 1;
const tags = new Set();

/* ---- making elements: text only, never markup */

function make(name, cls, ...inside) {
	const e = document.createElement(name);
	if (cls)
		e.className = cls;
	e.append(...inside.filter((x) => x !== null && x !== undefined));
	return e;
}

function button(text, cls, act) {
	const b = make("button", cls, text);
	b.type = "button";
	b.addEventListener("click", act);
	return b;
}

function facts(list) {
	const dl = make("dl");
	for (const [name, value] of list)
		if (value !== null && value !== undefined && value !== "")
			dl.append(make("dt", "", name), make("dd", "", value));
	return dl;
}

const mono = (text) => text === null || text === undefined ? null : make("span", "mono", String(text));

function duration(ms) {
	if (ms < 1000)
		return Math.round(ms) + " ms";
	if (ms < 60000)
		return (ms / 1000).toFixed(ms < 10000 ? 2 : 1) + " s";
	return Math.floor(ms / 60000) + " min " + Math.round(ms % 60000 / 1000) + " s";
}

function bytes(n) {
	const units = ["B", "kB", "MB", "GB", "TB"];
	let u = 0;
	for (; n >= 1000 && u < units.length - 1; u++)
		n /= 1000;
	return (u && n < 100 ? n.toFixed(1) : Math.round(n)) + " " + units[u];
}

const count = (n) => n.toLocaleString("en-US");
const many = (n, word) => count(n) + " " + word + (n === 1 ? "" : "s");
const words = (status) => status.replace(/_/g, " ");

/* ---- what a spot is in the run that is shown */

const ofNode = (i) => run && run.nodes[spots[i].name];
const ofData = (i) => run && run.data[spots[i].name];

function stateOf(i) {
	if (spots[i].kind === "node")
		return ofNode(i) ? ofNode(i).status : "";
	const d = spots[i].kind === "dataset" && ofData(i);
	return d && d.contract && !d.contract.success ? "broken" : "";
}

/* ---- the panel */

function links(title, list) {
	if (!list.length)
		return null;
	const ul = make("ul");
	for (const i of list) {
		const b = button("", "", () => choose(i, true));
		b.append(make("span", "dot " + stateOf(i)), spots[i].name);
		ul.append(make("li", "", b));
	}
	return make("div", "", make("h2", "", title), ul);
}

function previewTable(s) {
	const head = make("tr"), numbers = s.columns.map((c) => c[1] === "int64" || c[1] === "float64");
	s.columns.forEach((c, i) => {
		const th = make("th", numbers[i] ? "n" : "", c[0]);
		th.title = c[1];
		head.append(th);
	});
	const table = make("table", "mono", head);
	for (const row of s.head) {
		const tr = make("tr");
		row.forEach((cell, i) => tr.append(cell === null ? make("td", "null", "null")
			: make("td", numbers[i] ? "n" : "", cell)));
		table.append(tr);
	}
	const scroll = make("div", "scroll", table);
	scroll.tabIndex = 0;
	return make("div", "", make("h2", "", s.all ? "All rows" : "First rows"), scroll);
}

function checks(list) {
	const table = make("table", "checks");
	for (const k of list) {
		const state = k.status === "pass" ? "ok" : k.status === "warn" ? "warn" : "failed";
		table.append(make("tr", "", make("td", state, make("span", "state", k.status)),
			make("td", "", mono((k.column || "(table)") + " " + k.rule), make("br"),
				k.status === "pass" ? k.expected : "wanted " + k.expected + ", found " + k.observed)));
	}
	return table;
}

function contract(c) {
	const s = c.statistics, good = c.checks.filter((k) => k.status === "pass");
	const box = make("div", "", make("h2", "", "Contract"), make("p", "",
		s.passed + " of " + many(s.checks, "check") + " passed" +
		(s.dropped_rows ? ", " + many(s.dropped_rows, "row") + " dropped" : "") +
		(s.quarantined_rows ? ", " + many(s.quarantined_rows, "row") + " in quarantine" : "")),
		checks(c.checks.filter((k) => k.status !== "pass")));
	if (good.length)
		box.append(make("details", "", make("summary", "", "those that passed"), checks(good)));
	return box;
}

function failure(e) {
	const box = make("div", "error", make("strong", "", e.code ? e.code + ": " : ""), e.message || "");
	for (const key of ["help", "note"])
		if (e[key])
			box.append(make("p", "", key + ": " + e[key]));
	return box;
}

function nodePanel(i, s) {
	const r = ofNode(i);
	const out = [facts([
		["state", r && make("span", r.status, make("span", "state", words(r.status)),
			r.attempts > 1 ? " after " + r.attempts + " attempts" : "")],
		["time", r && r.attempts ? duration(r.ms) : null],
		["processor", r && r.cpu_ms ? duration(r.cpu_ms) : null],
		["memory", r && r.peak ? bytes(r.peak) : null],
		["plugin", mono(s.plugin)],
		["command", s.command ? mono([].concat(s.command).join(" ")) : null],
		["source", mono(s.source)],
		["defined at", mono(s.at)],
		["namespace", s.namespace],
		["tags", s.tags.length ? make("span", "", ...s.tags.map((t) => make("span", "tag", t))) : null],
		["run it", mono("mlflow-c run --nodes " + s.name)],
	])];
	if (r && r.error)
		out.unshift(failure(r.error));
	if (s.params !== undefined)
		out.push(make("h2", "", "Parameters" + (s.params_key ? " · " + s.params_key : "")),
			make("pre", "", JSON.stringify(s.params, null, 2)));
	return out;
}

function dataPanel(i, s) {
	const r = ofData(i);
	const out = [facts([
		["type", s.type === "memory" ? "held in memory for the run" : s.type],
		["file", mono(s.path)],
		["layer", s.layer],
		["rows", r && r.rows >= 0 ? count(r.rows) : null],
		["size", r && r.bytes > 0 ? bytes(r.bytes) : null],
		["hash", r && r.hash ? mono(r.hash.slice(0, 16)) : null],
		["defined at", mono(s.at)],
		["contract", s.contract ? make("span", "", mono(s.contract), s.checks ? " · " + many(s.checks, "check") : "") : null],
	])];
	if (r && r.contract && !r.contract.success)
		out.push(contract(r.contract));
	if (s.trouble)
		out.push(make("h2", "", "Preview"), make("p", "error", s.trouble));
	if (s.columns)
		out.push(previewTable(s));
	if (s.text !== undefined)
		out.push(make("h2", "", "Beginning"), make("pre", "", s.text));
	if (r && r.contract && r.contract.success)
		out.push(contract(r.contract));
	return out;
}

function show() {
	const s = spots[chosen];
	panel.replaceChildren();
	panel.classList.toggle("open", chosen >= 0);
	panel.scrollTop = 0;
	if (!s) {
		const of = (kind) => spots.map((x, i) => i).filter((i) => spots[i].kind === kind);
		panel.append(...[links("Nodes", of("node")), links("Datasets", of("dataset")),
			links("Parameters", of("parameters"))].filter((x) => x));
		return;
	}
	panel.append(button("Close", "close", () => choose(-1)), make("h3", "", s.name));
	if (s.kind === "node")
		panel.append(...nodePanel(chosen, s));
	else if (s.kind === "dataset")
		panel.append(...dataPanel(chosen, s));
	else
		panel.append(make("pre", "", JSON.stringify(s.params, null, 2)));
	const both = s.kind === "node" ? ["Reads", "Writes"] : ["Written by", "Read by"];
	panel.append(...[links(both[0], ups[chosen]), links(both[1], downs[chosen])].filter((x) => x));
}

/* ---- the graph */

function reach(from, next) {
	const seen = new Set([from]), todo = [from];
	while (todo.length)
		for (const k of next[todo.pop()])
			if (!seen.has(k)) {
				seen.add(k);
				todo.push(k);
			}
	return seen;
}

function matching() {
	const text = $("find").value.trim().toLowerCase();
	if (!text && !tags.size)
		return null;
	const near = new Set();
	spots.forEach((s, i) => {
		const named = !text || s.name.toLowerCase().includes(text);
		const tagged = !tags.size || s.kind === "node" && s.tags.some((t) => tags.has(t));
		if (!named || !tagged)
			return;
		near.add(i);
		if (tags.size)
			for (const k of ups[i].concat(downs[i]))
				near.add(k);
	});
	return near;
}

/* What is not on a way through the chosen spot, or does not match, steps back. */
function shade() {
	const found = matching();
	const near = chosen < 0 ? null : new Set([...reach(chosen, ups), ...reach(chosen, downs)]);
	const is = (i) => (!near || near.has(i)) && (!found || found.has(i));
	shapes.forEach((g, i) => {
		g.classList.toggle("far", !is(i));
		g.classList.toggle("chosen", i === chosen);
	});
	for (const path of graph.querySelectorAll(".arrows path"))
		path.classList.toggle("far", !(is(+path.dataset.from) && is(+path.dataset.to)));
}

function reveal(i) {
	const at = shapes[i].getBoundingClientRect(), box = view.getBoundingClientRect();
	const inside = at.left >= box.left && at.right <= box.right && at.top >= box.top && at.bottom <= box.bottom;
	if (!inside)
		view.scrollBy(at.left + at.width / 2 - box.left - box.width / 2, at.top + at.height / 2 - box.top - box.height / 2);
}

const address = (i) => spots[i].kind + "/" + encodeURIComponent(spots[i].name);

function choose(i, move) {
	chosen = i;
	history.replaceState(null, "", i < 0 ? location.pathname + location.search : "#" + address(i));
	shade();
	show();
	if (i >= 0 && move)
		reveal(i);
}

const natural = graph.viewBox.baseVal;

function resize(to) {
	const middle = (view.scrollTop + view.clientHeight / 2) / zoom;
	zoom = Math.min(3, Math.max(.1, to));
	graph.setAttribute("width", natural.width * zoom);
	graph.setAttribute("height", natural.height * zoom);
	view.scrollTop = middle * zoom - view.clientHeight / 2;
	view.scrollLeft = (view.scrollWidth - view.clientWidth) / 2;
}

function fit(least) {
	resize(Math.max(least, Math.min(1.25, view.clientWidth / natural.width, view.clientHeight / natural.height)));
	view.scrollTop = 0;
	const first = shapes[0].getBoundingClientRect(), box = view.getBoundingClientRect();
	view.scrollLeft += first.left + first.width / 2 - box.left - box.width / 2;
}

/* ---- runs */

function times() {
	const box = $("times").lastElementChild, list = run ? Object.entries(run.nodes).filter(([, n]) => n.ms >= 0 && n.status !== "skipped") : [];
	box.replaceChildren();
	$("times").hidden = !list.length;
	const whole = Math.max(1, ...list.map(([, n]) => n.from + n.ms));
	for (const [name, n] of list.sort((a, b) => a[1].from - b[1].from)) {
		const bar = make("i"), i = spots.findIndex((s) => s.kind === "node" && s.name === name);
		bar.style.marginLeft = 100 * n.from / whole + "%";
		bar.style.width = 100 * n.ms / whole + "%";
		const b = button("", "bar " + n.status, () => i >= 0 && choose(i, true));
		b.append(make("span", "", name), make("span", "", bar), make("span", "", n.status === "cached" ? "unchanged" : duration(n.ms)));
		box.append(b);
	}
}

function select(k) {
	run = runs[k];
	spots.forEach((s, i) => {
		shapes[i].setAttribute("class", "spot " + s.kind + " " + stateOf(i));
		const state = stateOf(i);
		shapes[i].setAttribute("aria-label", s.kind + " " + s.name + (state ? ", " + words(state) : ""));
	});
	if (run) {
		const kinds = {};
		for (const n of Object.values(run.nodes))
			kinds[n.status] = (kinds[n.status] || 0) + 1;
		$("state").hidden = false;
		$("state").replaceChildren(make("span", run.status, make("span", "state", words(run.status))),
			" · " + Object.entries(kinds).map(([s, n]) => n + " " + words(s)).join(", ") +
			(run.ms === null ? "" : " · " + duration(run.ms)) + " · " + run.start.slice(0, 16).replace("T", " ") + " · conf " + run.conf +
			run.models.map(([name, v]) => " · " + name + " version " + v).join(""));
	}
	shade();
	show();
	times();
}

function offerRuns() {
	if (!runs.length)
		return;
	const list = $("run");
	list.disabled = false;
	list.replaceChildren(...runs.map((r, k) => {
		const o = make("option", "", r.name + " · " + words(r.status) + " · " + r.start.slice(5, 16).replace("T", " "));
		o.value = k;
		return o;
	}));
	list.addEventListener("change", () => select(+list.value));
}

function offerTags() {
	const all = [...new Set(spots.flatMap((s) => s.tags || []))].sort();
	$("tags").hidden = !all.length;
	for (const t of all) {
		const b = button(t, "", () => {
			if (!tags.delete(t))
				tags.add(t);
			b.setAttribute("aria-pressed", tags.has(t));
			shade();
		});
		b.setAttribute("aria-pressed", "false");
		$("tags").append(b);
	}
}

shapes.forEach((g, i) => {
	g.addEventListener("click", () => choose(i));
	g.addEventListener("keydown", (e) => {
		if (e.key === "Enter" || e.key === " ") {
			e.preventDefault();
			choose(i);
		}
	});
});
view.addEventListener("click", (e) => {
	if (!e.target.closest(".spot"))
		choose(-1);
});
document.addEventListener("keydown", (e) => {
	if (e.key === "Escape")
		choose(-1);
});
$("find").addEventListener("input", shade);
$("find").addEventListener("keydown", (e) => {
	const found = e.key === "Enter" && matching();
	if (found && found.size)
		choose([...found][0], true);
});
$("in").addEventListener("click", () => resize(zoom * 1.25));
$("out").addEventListener("click", () => resize(zoom / 1.25));
$("fit").addEventListener("click", () => fit(.1));
addEventListener("hashchange", () => open());

function open() {
	const i = spots.findIndex((s, k) => "#" + address(k) === location.hash);
	if (i >= 0)
		choose(i, true);
}

offerRuns();
offerTags();
select(0);
fit(1);
open();
})();
