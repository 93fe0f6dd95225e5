# docs/models.md can be followed word for word, and prints what it says it prints
. "$REPO/tests/cli/kit.sh"
clone clone
"$REPO/scripts/doctest" "$REPO/docs/models.md" clone
