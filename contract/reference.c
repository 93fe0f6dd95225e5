/* SPDX-License-Identifier: Apache-2.0
 * References: the values of a column are values of another dataset's column. That column is read
 * before the first batch, and kept as hashes: 21 to 43 bytes a value. */
#include "contract/rules.h"

size_t
contract_reference_names(const struct contract *c, const char **names)
{
	size_t n = 0;

	for (size_t i = 0; i < c->n_rules; i++)
		if (c->rules[i].kind == RULE_REFERENCE)
			names[n++] = c->rules[i].ref_dataset;
	return n;
}

static int
fail(const struct rule *r, struct err *e)
{
	err_at(e, &r->at, "referred to here");
	return -1;
}

/* Every value of the column that is not null. */
static int
learn(const struct rule *r, struct tally *t, const struct frame *batch, enum mlf_type type,
	struct err *e)
{
	int at = frame_find(batch, r->ref_column);
	const struct column *c = at < 0 ? NULL : frame_column(batch, at);

	if (!c) {
		err_set(e, MLC_CONTRACT_FILE, "dataset `%s` has no column `%s`", r->ref_dataset,
			r->ref_column);
		return fail(r, e);
	}
	if (c->type != type) {
		err_set(e, MLC_CONTRACT_FILE, "`%s` is %s, and column `%s` of `%s` is %s",
			r->column, type_name(type), r->ref_column, r->ref_dataset,
			type_name(c->type));
		return fail(r, e);
	}
	check_learn(t, c);
	return 0;
}

static int
read_one(struct contract_run *run, size_t i, const struct dataset *d, int rootfd, struct err *e)
{
	const struct rule *r = &run->contract->rules[i];
	enum mlf_type type = run->contract->schema.columns[r->columns[0]].type;
	struct schema_column column = {r->ref_column, type};
	struct schema schema = {.n = 1, .columns = &column};
	struct segs *segs = segs_new(SEGS_PRIVATE, 1);
	struct read_opts o = {.rootfd = rootfd, .segs = segs, .schema = &schema};
	struct reader *reader = NULL;
	struct frame *batch;
	int rc = dataset_open(d, &o, &reader, e);

	while (rc == 0 && (rc = reader_next(reader, &batch, e)) == 1) {
		rc = learn(r, &run->tallies[i], batch, type, e);
		frame_unref(batch);
	}
	reader_close(reader);
	segs_free(segs);
	return rc;
}

int
contract_references(
	struct contract_run *run, contract_find *find, void *arg, int rootfd, struct err *e)
{
	for (size_t i = 0; i < run->contract->n_rules; i++) {
		const struct rule *r = &run->contract->rules[i];
		const struct dataset *d;

		if (r->kind != RULE_REFERENCE)
			continue;
		d = find(arg, r->ref_dataset);
		if (!d || !d->path || d->kind != MLF_TABLE) {
			err_set(e, MLC_CONTRACT_FILE,
				"the catalog has no table `%s` that could be referred to",
				r->ref_dataset);
			return fail(r, e);
		}
		if (!dataset_exists(d, rootfd)) {
			err_set(e, MLC_DATA_MISSING, "dataset `%s` does not exist", r->ref_dataset);
			return fail(r, e);
		}
		if (read_one(run, i, d, rootfd, e) < 0)
			return -1;
	}
	return 0;
}
