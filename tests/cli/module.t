# A dataset type may be a module: found beside the program, refused if somebody else could have written it, and missed by name.
. "$REPO/tests/cli/kit.sh"
base=$(dirname "$MLFLOW_C")
modules() { rm -rf place; mkdir -p "place/$1" "place/$2/lib/mlflow-c/datasets"; cp "$MLFLOW_C" "place/$1/"; }
module() { cp "$1" "place/lib/mlflow-c/datasets/$2.so"; }
try() { "place/${1-.}/mlflow-c" validate 2>&1 | sed "s|$PWD/||g"; }
shop
pg='{type: postgres, table: orders, credentials: {con: "postgresql://localhost/shop"}}'
sed -i "s|^orders: .*|orders: $pg|" conf/base/catalog.yml
echo "== none"
modules . .
try
echo "== as it is built, and as it is installed"
module "$base/lib/mlflow-c/datasets/postgres.so" postgres
try && echo fine
modules bin .
module "$base/lib/mlflow-c/datasets/postgres.so" postgres
try bin && echo fine
echo "== somebody else could have written it; a link; something else; of another kind"
chmod g+w place/lib/mlflow-c/datasets/postgres.so
try bin
rm place/lib/mlflow-c/datasets/postgres.so
ln -s "$base/lib/mlflow-c/datasets/postgres.so" place/lib/mlflow-c/datasets/
try bin
rm place/lib/mlflow-c/datasets/postgres.so
echo 'no library' >place/lib/mlflow-c/datasets/postgres.so
try bin
module "$FIXTURES/shop.so" postgres
try bin
echo "== one of one's own"
cat >countdown.c <<'END'
#include <mlflow-c/dataset.h>
#include <stdlib.h>
#ifndef MINOR
#define MINOR MLF_DATASET_ABI_MINOR
#endif
static int
read_open(struct mlf_dataset_host *h, void **state)
{
	int64_t *n = malloc(sizeof(*n));
	*n = strtoll(mlf_option(h, "load_args", "from", "3"), NULL, 10);
	*state = n;
	return 0;
}
static int
read_next(struct mlf_dataset_host *h, void *state, struct mlf_frame **batch)
{
	int64_t *n = state;
	*batch = NULL;
	if (*n < 0)
		return 0;
	struct mlf_builder *b = mlf_batch(h);
	int column = mlf_add_column(b, "amount", MLF_I64);
	for (; *n > 0; --*n)
		mlf_push_i64(b, column, *n);
	*n = -1;
	*batch = mlf_finish(b);
	return 0;
}
static const struct mlf_option options[] = {{"load_args", "from", MLF_OPT_INT, false, "the first number"}, {0}};
static const struct mlf_dataset_type type = {sizeof(type), MLF_DATASET_ABI_MAJOR, MINOR, "countdown",
	"Numbers that go down.", MLF_TABLE, .options = options, .read_open = read_open, .read_next = read_next, .read_close = free};
MLF_DATASET(type)
END
build() { cc -std=c11 -Wall -Wextra -Werror -shared -fPIC -fvisibility=hidden -I "$REPO/include" "$@" -o place/lib/mlflow-c/datasets/countdown.so countdown.c; }
build
touch data.txt
sed -i "s|^orders: .*|orders: {type: countdown, filepath: data.txt, load_args: {from: 4}}|" conf/base/catalog.yml
place/bin/mlflow-c run -q -p audit
cat data/counts.json; echo
sed -i "s|from:|form:|" conf/base/catalog.yml
try bin
build -DMINOR=99
try bin
sed -i "s|type: countdown|type: ../countdown|" conf/base/catalog.yml
try bin
