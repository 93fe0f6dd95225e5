# SPDX-License-Identifier: Apache-2.0
# Reads "file <tab> line <tab> end <tab> name <tab> signature" of every function, from ctags.

function count(signature,	i, c, depth, n) {
	signature = substr(signature, 2, length(signature) - 2)
	if (signature ~ /^[ \t]*(void)?[ \t]*$/)
		return 0
	sub(/,[ \t]*\.\.\.[ \t]*$/, "", signature)
	n = 1
	for (i = 1; i <= length(signature); i++) {
		c = substr(signature, i, 1)
		if (c == "(" || c == "[")
			depth++
		else if (c == ")" || c == "]")
			depth--
		else if (c == "," && depth == 0)
			n++
	}
	return n
}

BEGIN { FS = "\t" }

$3 == "" || $3 == "-" { printf "%s:%d: %s: no end found\n", $1, $2, $4; next }
$3 - $2 + 1 > 60 { printf "%s:%d: %s has %d lines, the limit is 60\n", $1, $2, $4, $3 - $2 + 1 }
count($5) > 6 { printf "%s:%d: %s has %d parameters, the limit is 6\n", $1, $2, $4, count($5) }
