# What people see most, on terminals of 80 and 200 columns with colour, and in a pipe: the same facts, and no line wraps that need not.
. "$REPO/tests/cli/kit.sh"
. "$REPO/tests/cli/paces.sh"
loan
sed -i 's/rows: 45000/rows: 2000/; s/seed: 1$/seed: 3/' conf/base/parameters.yml
everywhere()
{
	for width in 80 200; do
		echo "== $1 ($width columns)"
		terminal $width "$1"
	done
	echo "== $1 (pipe)"
	eval "$1" 2>&1 | cat
}
everywhere 'mlflow-c run -j 1'
everywhere 'mlflow-c run -j 1 --params generate.rows=45000,generate.seed=1' # ages that cannot be are quarantined
sed -i 's/maximum: 100}/maximum: 30}/' conf/base/contracts/loans_clean.yml
everywhere 'mlflow-c run -j 1'
everywhere 'mlflow-c runs list --limit 2' | sed 's| *[0-9]*ms   *|  _ms  |'
everywhere 'mlflow-c registry list'
everywhere 'mlflow-c catalog list'
everywhere 'mlflow-c run --dry-run -p data'
