/* SPDX-License-Identifier: Apache-2.0
 * base/mem.c. */
#include "tests/unit/unit.h"

#include <stdint.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/base.h"

LEAK_SUITE(base_mem);

Test(base_mem, alloc_gives_zeros_and_never_null)
{
	char *p = mem_alloc(1000), *none = mem_alloc(0);

	for (int i = 0; i < 1000; i++)
		cr_assert_eq(p[i], 0);
	cr_expect_not_null(none);
	free(p);
	free(none);
}

Test(base_mem, strdup_of_null_is_null)
{
	char *s = mem_strdup("abc");

	cr_expect_str_eq(s, "abc");
	cr_expect_null(mem_strdup(NULL));
	free(s);
}

Test(base_mem, grow_doubles_from_eight)
{
	size_t cap = 0;
	int *v = mem_grow(NULL, &cap, 1, sizeof(*v)), *same;

	cr_expect_eq(cap, 8);
	v[0] = 42;
	same = mem_grow(v, &cap, 8, sizeof(*v));
	cr_expect_eq(same, v);
	v = mem_grow(v, &cap, 9, sizeof(*v));
	cr_expect_eq(cap, 16);
	v = mem_grow(v, &cap, 1000, sizeof(*v));
	cr_expect_eq(cap, 1024);
	cr_expect_eq(v[0], 42);
	free(v);
}

Test(base_mem, growing_beyond_the_address_space_ends_with_70, .exit_code = 70)
{
	size_t cap = 0;

	mem_grow(NULL, &cap, SIZE_MAX / 4, 8);
	_exit(1);
}

Test(base_mem, an_arena_beyond_the_address_space_ends_with_70, .exit_code = 70)
{
	struct arena a = {0};

	arena_alloc(&a, SIZE_MAX - 3);
	_exit(1);
}

Test(base_mem, exhaustion_says_one_line_on_stderr)
{
	char text[200] = "";
	int ends[2], status;
	pid_t child;

	cr_assert_eq(pipe(ends), 0);
	child = fork();
	if (child == 0) {
		dup2(ends[1], STDERR_FILENO);
		mem_exhausted();
	}
	close(ends[1]);
	cr_expect_gt(read(ends[0], text, sizeof(text) - 1), 0);
	cr_expect_str_eq(text, "mlflow-c: error[MLC0071]: out of memory\n");
	close(ends[0]);
	cr_expect_eq(waitpid(child, &status, 0), child);
	cr_expect_eq(WEXITSTATUS(status), 70);
}

Test(base_mem, arena_memory_is_zeroed_aligned_and_apart)
{
	struct arena a = {0};
	unsigned char *v[2000];

	for (size_t i = 0; i < 2000; i++) {
		v[i] = arena_alloc(&a, i);
		cr_assert_eq((uintptr_t)v[i] % 16, 0);
		for (size_t j = 0; j < i; j++)
			cr_assert_eq(v[i][j], 0);
		memset(v[i], (int)(i & 0xFF), i);
	}
	for (size_t i = 0; i < 2000; i++)
		for (size_t j = 0; j < i; j++)
			cr_assert_eq(v[i][j], i & 0xFF);
	arena_fini(&a);
	cr_expect_null(a.head);
}

/* A big thing must not throw away the free end of the block in use. */
Test(base_mem, big_things_leave_the_arena_block_in_use)
{
	struct arena a = {0};
	char *before = arena_alloc(&a, 16), *big = arena_alloc(&a, 10 << 20), *after;

	memset(big, 1, 10 << 20);
	after = arena_alloc(&a, 16);
	cr_expect_eq(after, before + 16);
	arena_fini(&a);
}

Test(base_mem, an_arena_may_begin_with_a_big_thing)
{
	struct arena a = {0};
	char *big = arena_alloc(&a, 10 << 20), *small = arena_alloc(&a, 1);

	memset(big, 1, 10 << 20);
	cr_expect_eq(*small, 0);
	arena_fini(&a);
}

Test(base_mem, arena_strings)
{
	struct arena a = {0};
	char *s = arena_printf(&a, "%s-%05d", "abc", 42);

	cr_expect_str_eq(s, "abc-00042");
	cr_expect_str_eq(arena_strdup(&a, "x"), "x");
	cr_expect_str_eq(arena_strdup(&a, ""), "");
	cr_expect_str_eq(arena_strndup(&a, "abcdef", 3), "abc");
	cr_expect_null(arena_strdup(&a, NULL));
	cr_expect_null(arena_strndup(&a, NULL, 0));
	cr_expect_eq(strlen(arena_printf(&a, "%100000d", 1)), 100000);
	arena_fini(&a);
}

Test(base_mem, an_empty_arena_may_be_ended)
{
	struct arena a = {0};

	arena_fini(&a);
	arena_fini(&a);
	cr_expect_null(a.head);
}
