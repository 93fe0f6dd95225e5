# A node that ends its process is named with its exit code.
. "$REPO/tests/fault/kit.sh"
fault exits_3
