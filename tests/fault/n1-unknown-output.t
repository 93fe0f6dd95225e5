# A node that gives an output it never declared has failed.
. "$REPO/tests/fault/kit.sh"
fault unknown_output
