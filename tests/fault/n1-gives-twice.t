# A node that gives an output twice has failed.
. "$REPO/tests/fault/kit.sh"
fault gives_twice
