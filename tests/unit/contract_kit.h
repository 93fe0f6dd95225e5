/* SPDX-License-Identifier: Apache-2.0
 * What the tests of contract/ share: a contract from text, batches from text.
 *
 * A batch is written as a line of name:type (bool, int64, float64, utf8, timestamp) and lines of
 * values; both separated by |. The text `null` is null. */
#ifndef TESTS_UNIT_CONTRACT_KIT_H
#define TESTS_UNIT_CONTRACT_KIT_H

#include "tests/unit/triplets.h"

#include <fcntl.h>
#include <unistd.h>
#include "contract/contract.h"

/* The head of a contract; what is tested begins in line 8. */
#define HEAD                                                                              \
	"apiVersion: v3.1.0\nkind: DataContract\nid: t\nversion: 1.0.0\nstatus: active\n" \
	"schema:\n- name: t\n"

struct kit {
	struct arena arena;
	struct segs *segs;
	struct scope *sc;
	const struct contract *contract;
	struct errs found;
};

static inline void
kit_open(struct kit *k)
{
	*k = (struct kit){0};
	k->segs = segs_new(SEGS_PRIVATE, 1);
	k->sc = scope_new(k->segs);
}

static inline void
kit_close(struct kit *k)
{
	const struct err *e = scope_error(k->sc);

	cr_expect(!e, "%s", e ? e->msg : "");
	scope_free(k->sc);
	segs_free(k->segs);
	arena_fini(&k->arena);
	errs_fini(&k->found);
}

/* Loads the text as c.yml; errors stay in k->found. */
static inline int
kit_load(struct kit *k, const char *head, const char *text)
{
	char dir[] = "/tmp/mlc-contract-XXXXXX", path[64];
	FILE *f;
	int fd, rc;

	cr_assert(mkdtemp(dir));
	(void)snprintf(path, sizeof(path), "%s/c.yml", dir);
	f = fopen(path, "we");
	cr_assert(f && fputs(head, f) >= 0 && fputs(text, f) >= 0 && fclose(f) == 0);
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	rc = contract_load(&k->arena, fd, "c.yml", &k->contract, &k->found);
	close(fd);
	unlink(path);
	rmdir(dir);
	return rc;
}

static inline void
kit_must_load(struct kit *k, const char *text)
{
	int rc = kit_load(k, HEAD, text);

	cr_assert(rc == 0, "%s", k->found.n ? k->found.v[0].msg : "?");
}

static inline void
push_value(struct mlf_builder *b, int column, enum mlf_type type, const char *text)
{
	int64_t i = 0;
	double f = 0;

	if (str_eq(text, "null"))
		mlf_push_null(b, column);
	else if (type == MLF_UTF8)
		mlf_push_str(b, column, text, (int64_t)strlen(text));
	else if (type == MLF_BOOL)
		mlf_push_bool(b, column, str_eq(text, "true"));
	else if (type == MLF_F64 && str_to_f64(text, &f) == 0)
		mlf_push_f64(b, column, f);
	else if (str_to_i64(text, &i) == 0)
		mlf_push_i64(b, column, i);
	else
		cr_assert(false, "`%s` is no %s", text, type_name(type));
}

static inline struct frame *
kit_batch(struct kit *k, const char *text)
{
	struct mlf_builder *b = scope_builder(k->sc);
	enum mlf_type types[16] = {0};
	char *copy = mem_strdup(text), *lines = copy, *line, *cell;
	int n = 0;

	for (line = strsep(&lines, "\n"); line && (cell = strsep(&line, "|")); n++) {
		char *colon = strrchr(cell, ':');

		cr_assert(colon && n < 16, "bad head of a batch: %s", text);
		*colon = '\0';
		types[n] = type_of_name(colon + 1);
		cr_assert(mlf_add_column(b, cell, types[n]) == n);
		if (!line)
			break;
	}
	while ((line = strsep(&lines, "\n")) && *line)
		for (int i = 0; (cell = strsep(&line, "|")); i++)
			push_value(b, i, types[i], cell);
	free(copy);
	return frame_of(mlf_finish(b));
}

/* The check of that rule and column. */
static inline const struct check_result *
find_check(const struct contract_result *r, const char *rule, const char *column)
{
	for (size_t i = 0; i < r->n; i++)
		if (str_eq(r->checks[i].rule, rule) && str_eq(r->checks[i].column, column))
			return &r->checks[i];
	cr_assert(false, "no check %s of %s", rule, column ? column : "the table");
	return NULL;
}

#endif
