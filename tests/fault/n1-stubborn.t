# A node that ignores SIGTERM is killed 5 seconds after its timeout.
. "$REPO/tests/fault/kit.sh"
fault stubborn 'timeout: 1s'
