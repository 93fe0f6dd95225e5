# A node that wants more memory than its limit fails alone.
. "$REPO/tests/fault/kit.sh"
unless asan "$0" # it reserves terabytes
fault eats_memory 'resources: {memory: 256MiB}'
