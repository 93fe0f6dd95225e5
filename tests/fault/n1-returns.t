# A node that returns -1 without a word has failed.
. "$REPO/tests/fault/kit.sh"
fault returns_minus_1
