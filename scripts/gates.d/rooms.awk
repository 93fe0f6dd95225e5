# SPDX-License-Identifier: Apache-2.0
# Who includes whom. floors="frame:base;project:frame+base;..." lists the rooms below each room.
#
# A room may include its own headers, and of a room below only the public one, room/room.h; base
# knows no ABI; include/ knows no room; nodes/ know include/ and the system alone, and so does a module,
# datasets/NAME/ or flavors/NAME/, beside its own headers.

function bad(text) {
	printf "%s:%d: %s: %s\n", FILENAME, FNR, $0, text
}

BEGIN {
	n = split(floors, entry, ";")
	for (i = 1; i <= n; i++) {
		split(entry[i], half, ":")
		isroom[half[1]] = 1
		m = split(half[2], low, "+")
		for (j = 1; j <= m; j++)
			below[half[1], low[j]] = 1
	}
}

FNR == 1 {
	file = FILENAME
	sub(/^\.\//, "", file)
	here = file
	sub(/\/.*/, "", here)
	if (here == "examples") # which hold nodes and no other code
		here = "nodes"
}

/^[ \t]*#[ \t]*include/ {
	quoted = /^[ \t]*#[ \t]*include[ \t]*"/
	path = $0
	sub(/^[^"<]*["<]/, "", path)
	sub(/[">].*/, "", path)
	if (path ~ /(^|\/)\.\.?\//) {
		bad("name the header from the root")
		next
	}
	room = path
	sub(/\/.*/, "", room)
	abi = room == "mlflow-c"
	ours = (room in isroom) || abi || room == "include" || room == "nodes" || room == "tests"

	if (!quoted && !ours)
		next # a system header
	if (here == "datasets" || here == "flavors") {
		own = file
		sub(/[^\/]*$/, "", own)
		if (quoted ? index(path, own) != 1 : !abi)
			bad("a module includes <mlflow-c/...>, its own headers and those of its library, nothing else")
	} else if (here == "nodes" && !(abi && !quoted)) {
		bad("a node includes <mlflow-c/...> and system headers, nothing else")
	} else if (here == "include" && !abi) {
		bad("the public headers know no room")
	} else if (here == "nodes" || here == "include") {
		next
	} else if (abi) {
		if (quoted)
			bad("write <" path ">")
		else if (here == "base")
			bad("base knows nothing of the plugin ABI")
	} else if (!ours || path !~ /\//) {
		bad("name the header from the root")
	} else if (!(room in isroom)) {
		bad("no room includes " room "/")
	} else if (!quoted) {
		bad("write \"" path "\"")
	} else if (room == here) {
		next
	} else if (!((here, room) in below)) {
		bad(room " is not below " here)
	} else if (path != room "/" room ".h") {
		bad("private to " room "; include \"" room "/" room ".h\"")
	}
}
