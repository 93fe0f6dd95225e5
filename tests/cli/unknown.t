# Unknown commands and flags are answered with the one that was meant.
. "$REPO/tests/cli/kit.sh"
shop
try()
{
	mlflow-c "$@"
	echo "exit $?"
}
try rnu
try registry
try registry lst
try frobnicate
try 2>&1 | head -n 1
try run --piepline x
try run -x
try run --jobs
try run --jobs=many
try run --jobs -1
try run --dry-run=yes
try run training
try node describe
try node describe a b
try run --color
