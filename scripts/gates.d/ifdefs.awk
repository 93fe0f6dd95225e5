# SPDX-License-Identifier: Apache-2.0
# First file: the functions, as in functions.awk. Then sources: no preprocessor branch in a function.

NR == FNR {
	split($0, f, "\t")
	n[f[1]]++
	from[f[1], n[f[1]]] = f[2] + 0
	to[f[1], n[f[1]]] = f[3] + 0
	name[f[1], n[f[1]]] = f[4]
	next
}

/^[ \t]*#[ \t]*(if|ifdef|ifndef|elif|else|endif)([^a-z_]|$)/ {
	for (i = 1; i <= n[FILENAME]; i++)
		if (from[FILENAME, i] <= FNR && FNR <= to[FILENAME, i])
			printf "%s:%d: %s: a preprocessor branch inside %s\n", FILENAME, FNR, $0,
				name[FILENAME, i]
}
