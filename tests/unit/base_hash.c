/* SPDX-License-Identifier: Apache-2.0
 * base/hash.c. The oracle for folders is sha256sum. */
#include "tests/unit/unit.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/base.h"

LEAK_SUITE(base_hash);

Test(base_hash, xxh3_gives_the_published_values)
{
	char hex[HASH_XXH_HEX];

	hash_xxh3(NULL, 0, hex);
	cr_expect_str_eq(hex, "99aa06d3014798d86001c324468d497f");
	hash_xxh3("abc", 3, hex);
	cr_expect_str_eq(hex, "06b05ab6733a618578af5f94892f3950");
}

Test(base_hash, sha256_gives_the_published_values)
{
	char hex[HASH_SHA_HEX];

	hash_sha256(NULL, 0, hex);
	cr_expect_str_eq(hex, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	hash_sha256("abc", 3, hex);
	cr_expect_str_eq(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

Test(base_hash, pieces_give_the_hash_of_the_whole)
{
	static const size_t steps[] = {1, 3, 64, 255, 256, 257, 1000, 4096};
	char text[5000], whole[HASH_XXH_HEX], pieces[HASH_XXH_HEX];

	for (size_t i = 0; i < sizeof text; i++)
		text[i] = (char)(i * 7);
	hash_xxh3(text, sizeof text, whole);
	for (size_t k = 0; k < sizeof steps / sizeof *steps; k++) {
		struct hash_xxh *h = hash_xxh_new();

		for (size_t at = 0; at < sizeof text; at += steps[k]) {
			size_t rest = sizeof text - at;

			hash_xxh_add(h, text + at, rest < steps[k] ? rest : steps[k]);
			hash_xxh_add(h, NULL, 0);
		}
		hash_xxh_end(h, pieces);
		cr_expect_str_eq(whole, pieces);
	}
}

Test(base_hash, a_descriptor_is_hashed_whole_wherever_its_offset_is)
{
	size_t n = 700001;
	char *text = mem_alloc(n), want[HASH_SHA_HEX], got[HASH_SHA_HEX];
	char path[] = "/tmp/mlc-hash-XXXXXX";
	int fd = mkstemp(path);

	unlink(path);
	for (size_t i = 0; i < n; i++)
		text[i] = (char)(i * 13 >> 2);
	cr_assert_eq(file_write_all(fd, text, n, NULL), 0);
	hash_sha256(text, n, want);
	cr_expect_eq(hash_sha256_fd(fd, got, NULL), 0);
	cr_expect_str_eq(got, want);
	hash_xxh3(text, n, want);
	cr_expect_eq(hash_xxh3_fd(fd, got, NULL), 0);
	cr_expect_str_eq(got, want);
	cr_expect_eq(lseek(fd, 0, SEEK_CUR), (off_t)n);
	close(fd);
	free(text);
}

Test(base_hash, what_cannot_be_read_is_an_error)
{
	char sha[HASH_SHA_HEX], xxh[HASH_XXH_HEX];
	struct err e = {0};
	int fd = open("/tmp", O_RDONLY | O_DIRECTORY);

	cr_expect_eq(hash_sha256_fd(fd, sha, &e), -1);
	cr_expect_eq(e.code, MLC_FILE);
	cr_expect_eq(hash_xxh3_fd(-1, xxh, &e), -1);
	close(fd);
}

/* --- folders ------------------------------------------------------------------------------------- */

static void
put(int dir, const char *path, const char *text)
{
	cr_assert_eq(file_mkdirs(dir, path, false, NULL), 0);
	cr_assert_eq(file_publish(dir, path, text, strlen(text), NULL), 0);
}

static int
fresh(char base[static 32])
{
	memcpy(base, "/tmp/mlc-tree-XXXXXX", 21);
	cr_assert_not_null(mkdtemp(base));
	return open(base, O_RDONLY | O_DIRECTORY);
}

static void
tidy(const char *base, int root)
{
	cr_expect_eq(file_remove_tree(root, "m", NULL), 0);
	close(root);
	rmdir(base);
}

Test(base_hash, a_folder_hashes_as_sha256sum_says)
{
	char base[32], cmd[256], want[80] = "", got[HASH_SHA_HEX];
	int root = fresh(base);
	uint64_t bytes = 0;
	FILE *f;

	put(root, "m/MLmodel", "flavors:\n");
	put(root, "m/a/b", "ab");
	put(root, "m/a.b", "a.b");
	put(root, "m/a/\xc3\xa4", "umlaut");
	put(root, "m/odd\nname\\with\reverything", "odd");
	put(root, "m/ blank ", "");
	cr_assert_eq(file_mkdirs(root, "m/empty/", false, NULL), 0);
	symlinkat("MLmodel", root, "m/link");
	mkfifoat(root, "m/pipe", 0644);
	cr_expect_eq(hash_tree(root, "m", got, &bytes, NULL), 0);
	snprintf(cmd, sizeof cmd,
		"cd %s/m && find . -type f -printf '%%P\\0' | LC_ALL=C sort -z |"
		" xargs -0r sha256sum | sha256sum",
		base);
	f = popen(cmd, "r");
	cr_assert_not_null(fgets(want, sizeof want, f));
	pclose(f);
	want[64] = 0;
	cr_expect_str_eq(got, want);
	cr_expect_eq(bytes, 9 + 2 + 3 + 6 + 3);
	tidy(base, root);
}

Test(base_hash, a_folder_of_nothing_has_the_hash_of_nothing)
{
	char base[32], got[HASH_SHA_HEX], want[HASH_SHA_HEX];
	int root = fresh(base);

	cr_assert_eq(file_mkdirs(root, "m/x/y/", false, NULL), 0);
	hash_sha256(NULL, 0, want);
	cr_expect_eq(hash_tree(root, "m", got, NULL, NULL), 0);
	cr_expect_str_eq(got, want);
	tidy(base, root);
}

Test(base_hash, a_name_and_a_content_both_change_the_hash)
{
	char base[32], first[HASH_SHA_HEX], second[HASH_SHA_HEX];
	int root = fresh(base);

	put(root, "m/a", "x");
	put(root, "m/b", "y");
	cr_assert_eq(hash_tree(root, "m", first, NULL, NULL), 0);
	put(root, "m/a", "X");
	cr_assert_eq(hash_tree(root, "m", second, NULL, NULL), 0);
	cr_expect_str_neq(first, second);
	put(root, "m/a", "x");
	cr_assert_eq(hash_tree(root, "m", second, NULL, NULL), 0);
	cr_expect_str_eq(first, second);
	renameat(root, "m/b", root, "m/c");
	cr_assert_eq(hash_tree(root, "m", second, NULL, NULL), 0);
	cr_expect_str_neq(first, second);
	tidy(base, root);
}

Test(base_hash, a_missing_folder_a_file_and_a_way_out_are_errors)
{
	char base[32], hex[HASH_SHA_HEX];
	struct err e = {0};
	int root = fresh(base);

	put(root, "m/f", "x");
	cr_expect_eq(hash_tree(root, "gone", hex, NULL, &e), -1);
	cr_expect_eq(e.code, MLC_FILE);
	cr_expect_eq(hash_tree(root, "m/f", hex, NULL, &e), -1);
	cr_expect_eq(hash_tree(root, "..", hex, NULL, &e), -1);
	cr_expect_eq(e.code, MLC_OUTSIDE);
	tidy(base, root);
}

Test(base_hash, what_python_leaves_in_a_folder_is_no_part_of_it)
{
	char root_path[] = "/tmp/mlflow-c-unit-XXXXXX", first[HASH_SHA_HEX], second[HASH_SHA_HEX];
	cr_assert(mkdtemp(root_path));
	int root = open(root_path, O_RDONLY | O_DIRECTORY);
	cr_assert_eq(file_mkdirs(root, "m/code/__pycache__/", false, NULL), 0);
	cr_assert_eq(file_publish(root, "m/MLmodel", "a", 1, NULL), 0);
	cr_assert_eq(hash_tree(root, "m", first, NULL, NULL), 0);
	cr_assert_eq(file_publish(root, "m/code/__pycache__/x.pyc", "b", 1, NULL), 0);
	cr_assert_eq(file_publish(root, "m/registered_model_meta", "c", 1, NULL), 0);
	cr_assert_eq(hash_tree(root, "m", second, NULL, NULL), 0);
	cr_expect_str_eq(first, second);
	cr_expect_eq(file_remove_tree(root, "m", NULL), 0);
	close(root);
	rmdir(root_path);
}
