# SPDX-License-Identifier: Apache-2.0
# SQL is a constant with ?s. A literal that is a statement and has a printf conversion is SQL built
# from values. Only %w, %q and %Q pass: those are sqlite3_mprintf's quoting.
#
# Adjacent literals, also around PRId64 and its like, are one text, as for the compiler.

function check(	rest) {
	if (text ~ sql) {
		rest = text
		gsub(/%%/, "", rest)
		gsub(/%[wqQ]/, "", rest)
		if (rest ~ /%[-+ #0-9.*hljzt]*[a-zA-Z]/)
			printf "%s:%d: SQL is built from a format: \"%s\"; bind a parameter\n", file, began,
				substr(text, 1, 60)
	}
	text = ""
	open = 0
}

# Takes what stands between two literals; anything but space and PRI... ends the text.
function outside(s) {
	gsub(/PRI[a-zA-Z0-9]+/, "", s)
	if (open && s ~ /[^ \t\\]/)
		check()
}

BEGIN {
	sql = "(^|[ (;])(SELECT .*FROM |INSERT .*INTO |REPLACE INTO |UPDATE .*SET |DELETE FROM |" \
		"(CREATE|DROP|ALTER) ([A-Z]+ )*(TABLE|INDEX|VIEW|TRIGGER) |PRAGMA |ATTACH |" \
		"SAVEPOINT |RELEASE |ROLLBACK TO )"
}

FNR == 1 {
	if (open)
		check()
	comment = 0
	file = FILENAME
}

{
	line = $0
	while (line != "") {
		if (comment) {
			at = index(line, "*/")
			if (!at)
				break
			line = substr(line, at + 2)
			comment = 0
			continue
		}
		# the next literal, character or comment
		if (!match(line, /"([^"\\]|\\.)*"|'([^'\\]|\\.)+'|\/\*|\/\//)) {
			outside(line)
			break
		}
		token = substr(line, RSTART, RLENGTH)
		before = substr(line, 1, RSTART - 1)
		line = substr(line, RSTART + RLENGTH)
		outside(before)
		if (token == "//")
			break
		if (token == "/*") {
			comment = 1
		} else if (substr(token, 1, 1) == "\"") {
			if (!open)
				began = FNR
			open = 1
			if (before ~ /PRI[a-zA-Z0-9]+[ \t]*$/)
				text = text "d"
			text = text substr(token, 2, length(token) - 2)
		} else {
			outside("'")
		}
	}
}

END {
	if (open)
		check()
}
