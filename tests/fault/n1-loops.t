# A node that never ends is stopped at its timeout.
. "$REPO/tests/fault/kit.sh"
fault loops 'timeout: 1s'
