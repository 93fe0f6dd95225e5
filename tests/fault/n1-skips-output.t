# A node that leaves out a declared output has failed.
. "$REPO/tests/fault/kit.sh"
fault skips_output
