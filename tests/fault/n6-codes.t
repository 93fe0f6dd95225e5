# Nothing a node prints or says reaches the terminal, or a CI service, as more than text.
. "$REPO/tests/fault/kit.sh"
fault prints_codes
