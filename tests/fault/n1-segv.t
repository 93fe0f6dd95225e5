# A node that writes to address 0 is named with its signal and the end of its log.
. "$REPO/tests/fault/kit.sh"
fault segv
