# A node that overflows its stack takes nobody with it.
. "$REPO/tests/fault/kit.sh"
fault overflows
