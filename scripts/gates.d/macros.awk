# SPDX-License-Identifier: Apache-2.0
# Function-like macros: fewer than two in a thousand lines of the whole tree.

/^[ \t]*#[ \t]*define[ \t]+[A-Za-z_][A-Za-z0-9_]*\(/ {
	place[++n] = FILENAME ":" FNR ": " $0
}

END {
	if (n * 1000 < NR * 2 || n == 0)
		exit
	for (i = 1; i <= n; i++)
		print place[i]
	printf "%d function-like macros in %d lines; there must be fewer than 2 in 1000\n", n, NR
}
