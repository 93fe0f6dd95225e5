# the session in README.md is what the example project does and prints
. "$REPO/tests/cli/kit.sh"
clone project
"$REPO/scripts/doctest" "$REPO/README.md" project
