# A node that closes every descriptor has lost its runner, and only itself.
. "$REPO/tests/fault/kit.sh"
fault closes_all
