/* SPDX-License-Identifier: Apache-2.0
 * A folder that somebody swaps for a link that leads out, while we open files in it. */
#include "tests/unit/unit.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/base.h"
#include "base/file_spot.h"

#define TIMES 100000

TestSuite(base_race, .timeout = 120);

struct swap {
	int root;
	atomic_bool stop;
	long swaps;
};

static void *
swap_on(void *arg)
{
	struct swap *s = arg;

	while (!atomic_load(&s->stop)) {
		(void)!renameat2(s->root, "d", s->root, "l", RENAME_EXCHANGE);
		s->swaps++;
	}
	return NULL;
}

static void
put(int root, const char *path, const char *text)
{
	int fd = openat(root, path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	cr_assert(fd >= 0);
	cr_assert(write(fd, text, 1) == 1);
	close(fd);
}

static int
open_both(int root, int i)
{
	/* every other time the way that is taken where openat2 is missing */
	return i % 2 ? file__walk_open(root, "d/x", O_RDONLY | O_CLOEXEC)
		     : file_open(root, "d/x", O_RDONLY, false, NULL);
}

Test(base_race, a_folder_that_is_swapped_for_a_link_never_leads_out)
{
	char inside[] = "/tmp/mlc-race-XXXXXX", outside[] = "/tmp/mlc-out-XXXXXX", byte = 0;
	struct swap s = {0};
	long in = 0, refused = 0;
	pthread_t thread;
	int out;

	cr_assert(mkdtemp(inside) && mkdtemp(outside));
	s.root = open(inside, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	out = open(outside, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	cr_assert(s.root >= 0 && out >= 0);
	put(out, "x", "o");
	cr_assert(mkdirat(s.root, "d", 0700) == 0);
	put(s.root, "d/x", "i");
	cr_assert(symlinkat(outside, s.root, "l") == 0);
	cr_assert(pthread_create(&thread, NULL, swap_on, &s) == 0);
	for (int i = 0; i < TIMES; i++) {
		int fd = open_both(s.root, i);

		if (fd < 0) {
			refused++;
			continue;
		}
		cr_assert(read(fd, &byte, 1) == 1);
		cr_assert(byte == 'i', "a file outside was opened");
		in++;
		close(fd);
	}
	atomic_store(&s.stop, true);
	cr_assert(pthread_join(thread, NULL) == 0);
	cr_expect(
		in > 0 && refused > 0, "%ld swaps: %ld opened, %ld refused", s.swaps, in, refused);
	close(s.root);
	close(out);
	cr_expect(system("rm -rf /tmp/mlc-race-?????? /tmp/mlc-out-??????") == 0);
}
