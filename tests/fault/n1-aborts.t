# A node that aborts is named with its signal.
. "$REPO/tests/fault/kit.sh"
fault aborts
