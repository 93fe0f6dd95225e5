# docs/runs.md can be followed word for word, and prints what it says it prints
umask 022
"$REPO/scripts/doctest" "$REPO/docs/runs.md"
