# A node that calls exit(0) in the middle of its work has failed.
. "$REPO/tests/fault/kit.sh"
fault exits
