# A node that crashes may be tried again like any other; its attempts share a log.
. "$REPO/tests/fault/kit.sh"
fault segv 'retries: 1'
