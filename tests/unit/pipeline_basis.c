/* SPDX-License-Identifier: Apache-2.0
 * What a node's result rests on: differences in words, the text, stamps and hashes of files. */
#include "tests/unit/unit.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pipeline/basis.h"

LEAK_SUITE(pipeline_basis);

/* A basis from "key=value" texts, NULL-terminated. */
static struct basis
make(struct arena *a, const char *const *pairs)
{
	struct basis b = {0};
	for (; *pairs; pairs++) {
		const char *eq = strchr(*pairs, '=');
		map_put(&b.map, arena_strndup(a, *pairs, (size_t)(eq - *pairs)),
			arena_strdup(a, eq + 1));
	}
	return b;
}

static void
expect_difference(const char *const *then, const char *const *now, const char *want)
{
	struct arena a = {0};
	struct basis t = make(&a, then), n = make(&a, now);
	const char *got = basis_differs(&a, &t, &n);
	cr_expect(str_eq(got, want), "%s instead of %s", got ? got : "NULL", want ? want : "NULL");
	basis_fini(&t);
	basis_fini(&n);
	arena_fini(&a);
}

#define LIST(...) ((const char *const[]){__VA_ARGS__, NULL})

Test(pipeline_basis, differences_are_told_in_words)
{
	const char *const *one = LIST("param l2=1.0", "input table=loans 00ff");
	expect_difference(one, one, NULL);
	expect_difference(one, LIST("input table=loans 00ff", "param l2=1.0"), NULL);
	expect_difference(
		one, LIST("param l2=1.5", "input table=loans 00ff"), "parameter l2 changed");
	expect_difference(
		one, LIST("param l2=1.0", "input table=loans 00fe"), "settings of loans changed");
	expect_difference(
		one, LIST("param l2=1.0", "input table=loan 00ff"), "input table is now loan");
	expect_difference(one, LIST("param l2=1.0"), "input table is gone");
	expect_difference(LIST("param l2=1.0"), one, "input table is now loans");
	expect_difference(LIST("seed=1"), LIST("seed=2"), "seed changed");
}

Test(pipeline_basis, what_data_hold_is_no_setting)
{
	expect_difference(
		LIST("holds loans=aa", "stamp loans=1:2"), LIST("seed=1"), "seed changed");
	expect_difference(
		LIST("holds loans=aa", "stamp loans=1:2", "seed=1"), LIST("seed=1"), NULL);
}

Test(pipeline_basis, a_secret_parameter_equals_nothing)
{
	const char *const *s = LIST("param token=secret");
	expect_difference(s, s, "parameter token is secret and cannot be compared");
}

Test(pipeline_basis, the_text_reads_back_as_what_was_written)
{
	struct arena a = {0};
	struct basis b = make(&a, LIST("param a \"b\"=\"x\\n\"", "input t=d 0", "seed=1")), back;
	cr_assert(basis_parse(&a, basis_text(&a, &b), &back));
	cr_expect(back.map.n == 3);
	cr_expect(basis_differs(&a, &b, &back) == NULL);
	cr_expect_str_eq(basis_get(&back, "input", "t"), "d 0");
	cr_expect(basis_get(&back, "input", "u") == NULL);
	basis_fini(&b);
	basis_fini(&back);
	cr_expect(!basis_parse(&a, "{\"a\": 1", &back));
	basis_fini(&back);
	cr_expect(!basis_parse(&a, "[]", &back));
	basis_fini(&back);
	arena_fini(&a);
}

static void
put(int dir, const char *name, const char *text)
{
	int fd = openat(dir, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	cr_assert(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text));
	close(fd);
}

Test(pipeline_basis, a_stamp_tells_a_file_that_was_written_to)
{
	char folder[] = "/tmp/mlflow-c-basis-XXXXXX";
	cr_assert(mkdtemp(folder) != NULL);
	int dir = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	const struct mlf_dataset_type *csv = catalog_type("csv");
	const struct dataset d = {.name = "d", .type = csv, .path = "d"},
			     none = {.name = "n", .type = csv, .path = "n"};
	char one[STAMP_MAX], two[STAMP_MAX], h1[HASH_SHA_HEX], h2[HASH_SHA_HEX];
	struct stat st;
	put(dir, "d", "abc");
	cr_expect(!file_stamp(dir, &d, false, one), "a file this young has no stamp");
	usleep(60000);
	cr_assert(file_stamp(dir, &d, false, one) && file_stamp(dir, &d, true, two));
	cr_expect_str_eq(one, two);
	cr_assert(file_hash(dir, &d, h1) && fstatat(dir, "d", &st, 0) == 0);
	usleep(20000);
	put(dir, "d", "abd"); /* the same size, and the old mtime */
	const struct timespec times[2] = {st.st_atim, st.st_mtim};
	cr_assert(utimensat(dir, "d", times, 0) == 0);
	cr_assert(file_stamp(dir, &d, true, two) && file_hash(dir, &d, h2));
	cr_expect_str_neq(one, two);
	cr_expect_str_neq(h1, h2);
	cr_expect(!file_stamp(dir, &none, true, one) && !file_hash(dir, &none, h1));
	cr_assert(mkfifoat(dir, "n", 0600) == 0);
	cr_expect(!file_stamp(dir, &none, true, one) && !file_hash(dir, &none, h1));
	unlinkat(dir, "d", 0);
	unlinkat(dir, "n", 0);
	close(dir);
	rmdir(folder);
}
