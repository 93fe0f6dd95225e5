/* SPDX-License-Identifier: Apache-2.0
 * A folder to play in, for the tests of base/file.c and base/publish.c. */
#ifndef TESTS_UNIT_BASE_PLAY_H
#define TESTS_UNIT_BASE_PLAY_H

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/base.h"

/* A fresh folder: <base>/root is where things happen, <base>/outside is what must stay untouched.
 *
 * Whatever a test here tries to write, replace or remove lies within <base>, also by an absolute path:
 * if the code under test let it through, nothing else would be hurt. */
struct place_to_play {
	char base[32];
	int base_fd, root;
};

static inline struct place_to_play
play(void)
{
	struct place_to_play p = {.base = "/tmp/mlc-file-XXXXXX"};

	cr_assert_not_null(mkdtemp(p.base));
	p.base_fd = open(p.base, O_RDONLY | O_DIRECTORY);
	mkdirat(p.base_fd, "root", 0755);
	mkdirat(p.base_fd, "outside", 0755);
	p.root = openat(p.base_fd, "root", O_RDONLY | O_DIRECTORY);
	cr_assert(p.root >= 0);
	return p;
}

static inline void
tidy(struct place_to_play *p)
{
	cr_expect_eq(file_remove_tree(p->base_fd, "root", NULL), 0);
	cr_expect_eq(file_remove_tree(p->base_fd, "outside", NULL), 0);
	close(p->root);
	close(p->base_fd);
	cr_expect_eq(rmdir(p->base), 0);
}

static inline void
put(int dir, const char *path, const char *text)
{
	int fd = openat(dir, path, O_WRONLY | O_CREAT | O_TRUNC, 0644);

	cr_assert(fd >= 0, "%s", path);
	cr_assert_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
}

/* The file's content in a static buffer of out; "(none)" if it cannot be read. */
static inline const char *
get(int dir, const char *path, struct str *out)
{
	str_reset(out);
	return file_read(dir, path, false, out, NULL) == 0 ? str_text(out) : "(none)";
}

static inline int
entries(int dir, const char *path)
{
	struct str cmd = {0};
	char link[64], got[256];
	FILE *f;
	int n = 0;

	snprintf(link, sizeof link, "/proc/%d/fd/%d", getpid(), dir);
	str_addf(&cmd, "ls -A '%s/%s'", link, path);
	f = popen(cmd.s, "r");
	while (fgets(got, sizeof got, f))
		n++;
	pclose(f);
	str_fini(&cmd);
	return n;
}

#endif
