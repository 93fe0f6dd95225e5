# A node that says why it fails is quoted.
. "$REPO/tests/fault/kit.sh"
fault fails
