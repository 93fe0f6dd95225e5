/* SPDX-License-Identifier: Apache-2.0
 * base/file_walk.c: opening beneath a folder where openat2 is missing. */
#include "tests/unit/unit.h"

#include <errno.h>
#include "base/file_spot.h"
#include "tests/unit/base_play.h"

LEAK_SUITE(base_walk);

Test(base_walk, a_file_in_a_folder_is_opened_and_made)
{
	struct place_to_play p = play();
	int fd;

	mkdirat(p.root, "d", 0755);
	put(p.root, "d/a", "x");
	fd = file__walk_open(p.root, "d//a", O_RDONLY);
	cr_expect(fd >= 0);
	cr_expect(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	close(fd);
	fd = file__walk_open(p.root, "d/", O_RDONLY | O_DIRECTORY);
	cr_expect(fd >= 0);
	close(fd);
	fd = file__walk_open(p.root, ".", O_PATH);
	cr_expect(fd >= 0);
	close(fd);
	fd = file__walk_open(p.root, "d/new", O_WRONLY | O_CREAT | O_EXCL);
	cr_expect(fd >= 0);
	close(fd);
	tidy(&p);
}

Test(base_walk, every_way_out_is_refused)
{
	struct place_to_play p = play();
	const char *paths[] = {"../outside/secret", "d/../../outside/secret", "up/secret", "link",
		"/etc/passwd", "/", "..", "d/..", "d/up/secret"};

	put(p.base_fd, "outside/secret", "s");
	mkdirat(p.root, "d", 0755);
	symlinkat("../outside", p.root, "up");
	symlinkat("../../outside", p.root, "d/up");
	symlinkat("../outside/secret", p.root, "link");
	for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
		int fd = file__walk_open(p.root, paths[i], O_RDONLY);

		cr_expect_eq(fd, -1, "%s", paths[i]);
		cr_expect(errno == EXDEV || errno == ELOOP || errno == ENOTDIR, "%s: %d", paths[i],
			errno);
	}
	tidy(&p);
}

Test(base_walk, what_is_not_there_is_said_as_openat_says_it)
{
	struct place_to_play p = play();
	char name[NAME_MAX + 3];

	memset(name, 'n', sizeof name - 1);
	name[sizeof name - 1] = 0;
	cr_expect_eq(file__walk_open(p.root, "no", O_RDONLY), -1);
	cr_expect_eq(errno, ENOENT);
	cr_expect_eq(file__walk_open(p.root, "no/where", O_RDONLY), -1);
	cr_expect_eq(errno, ENOENT);
	cr_expect_eq(file__walk_open(p.root, "", O_RDONLY), -1);
	cr_expect_eq(errno, ENOENT);
	put(p.root, "a", "x");
	cr_expect_eq(file__walk_open(p.root, "a/", O_RDONLY), -1);
	cr_expect_eq(errno, ENOTDIR);
	cr_expect_eq(file__walk_open(p.root, name, O_RDONLY), -1);
	cr_expect_eq(errno, ENAMETOOLONG);
	tidy(&p);
}
