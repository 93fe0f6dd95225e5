# A node that asks for a column that is not there is told which there are.
. "$REPO/tests/fault/kit.sh"
fault wrong_column 'inputs: {table: numbers}'
