# A node that gives bytes where it declared a table is told so.
. "$REPO/tests/fault/kit.sh"
fault wrong_kind
