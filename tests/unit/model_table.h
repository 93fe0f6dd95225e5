/* SPDX-License-Identifier: Apache-2.0
 * For the tests of model/: tables in private memory, and a folder to write models to. */
#ifndef TESTS_UNIT_MODEL_TABLE_H
#define TESTS_UNIT_MODEL_TABLE_H

#include "tests/unit/unit.h"

#include <fcntl.h>
#include <unistd.h>
#include "model/model.h"

struct table {
	struct segs *segs;
	struct scope *sc;
	struct mlf_builder *b;
	int64_t n;
};

static inline struct table
table_new(int64_t n)
{
	struct table t = {.segs = segs_new(SEGS_PRIVATE, 1), .n = n};
	t.sc = scope_new(t.segs);
	t.b = scope_builder(t.sc);
	return t;
}

static inline void
table_free(struct table *t)
{
	scope_free(t->sc);
	segs_free(t->segs);
}

/* The table that the constants in model_linear.c were computed from: numbers a and b, a flag c and
 * the class y, which no line separates; t is a number that depends on all. */
static inline struct mlf_frame *
table_sample(struct table *t)
{
	double *a = mlf_new_f64(t->b, "a", t->n);
	int64_t *b = mlf_new_i64(t->b, "b", t->n);
	double *c = mlf_new_f64(t->b, "c", t->n);
	int64_t *y = mlf_new_i64(t->b, "y", t->n);
	double *v = mlf_new_f64(t->b, "t", t->n);
	for (int64_t i = 0; i < t->n; i++) {
		double noise = (double)(i * 7919 % 199) / 199.0;
		a[i] = (double)(i * 37 % 101) / 10.0;
		b[i] = i * i * 13 % 97 - 40;
		c[i] = i % 3 == 0;
		y[i] = (a[i] - 5) * 0.6 + (double)b[i] * 0.03 + c[i] * 0.8 + (noise - 0.5) * 6 > 0;
		v[i] = a[i] * 2 - (double)b[i] * 0.5 + c[i] * 3 + noise;
	}
	return mlf_finish(t->b);
}

static inline struct mlf_model *
table_fit(struct table *t, const char *options)
{
	static const char *const columns[] = {"a", "b", "c", NULL};
	struct mlf_fit_spec spec = {.target = "y", .columns = columns, .options = options};
	struct mlf_model *m = NULL;
	struct err e = {0};
	cr_assert_eq(model_fit("linear", table_sample(t), &spec, &m, &e), 0, "%s", e.msg);
	return m;
}

/* An empty folder, as a descriptor; scratch_free removes it. */
struct scratch {
	char path[64];
	int fd;
};

static inline struct scratch
scratch_new(void)
{
	struct scratch s = {.path = "/tmp/mlflow-c-unit-XXXXXX"};
	cr_assert(mkdtemp(s.path) != NULL);
	s.fd = open(s.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	cr_assert(s.fd >= 0);
	return s;
}

static inline void
scratch_free(struct scratch *s)
{
	const char *name = strrchr(s->path, '/') + 1;
	int tmp = open("/tmp", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct err e = {0};
	cr_expect_eq(file_remove_tree(tmp, name, &e), 0, "%s", e.msg);
	close(tmp);
	close(s->fd);
}

static inline void
scratch_write(const struct scratch *s, const char *path, const char *text)
{
	struct err e = {0};
	cr_assert_eq(file_mkdirs(s->fd, path, false, &e), 0, "%s", e.msg);
	int fd = openat(s->fd, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	cr_assert(fd >= 0);
	cr_assert_eq(file_write_all(fd, text, strlen(text), &e), 0, "%s", e.msg);
	close(fd);
}

/* The content, in memory that the caller frees. */
static inline char *
scratch_read(const struct scratch *s, const char *path)
{
	struct str text = {0};
	struct err e = {0};
	cr_assert_eq(file_read(s->fd, path, false, &text, &e), 0, "%s", e.msg);
	return text.s ? text.s : mem_alloc(1);
}

#endif
