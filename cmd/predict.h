/* SPDX-License-Identifier: Apache-2.0
 * mlflow-c predict: which model, and rows from one file through it into another. */
#ifndef CMD_PREDICT_H
#define CMD_PREDICT_H

#include "cmd/cmd.h"
#include "model/model.h"

/* The model that was asked for. Texts live in the arena. */
struct chosen {
	struct arena arena;
	struct mlf_model *model; /* owned */
	const char *name;        /* of the registered model, or the folder as it was given */
	int64_t version;         /* 0: a folder that was named */
	const char *run_id;      /* NULL: never registered */
	char hash[HASH_SHA_HEX]; /* of the folder; that of the record, if it is on record */
};
MUST_CHECK int
chosen_open(struct app *a, const char *which, struct chosen *out, struct errs *found);
void chosen_fini(struct chosen *c);
/* "loan version 3", or the folder; into out. */
void chosen_show(const struct chosen *c, struct str *out);

/* What to do with rows. */
struct scoring {
	const struct chosen *with;
	const char *from, *to; /* files; "-": stdin, stdout */
	const char *keep;      /* columns with commas; NULL: all */
	const char *prefix;    /* of the columns of the model; NULL: none */
	bool with_model;       /* adds the columns model_name, model_version, run_id */
	/* what came of it */
	int64_t rows, unknown; /* unknown: rows without a prediction */
	uint64_t bytes;        /* written */
	char hash[HASH_XXH_HEX];
};
/* Reads, predicts and writes, batch by batch; the file is old or complete. Paths are relative to the
 * working folder, which here is. */
MUST_CHECK int scoring_run(struct scoring *s, int here, struct err *e);
/* What messages call the input. */
static inline const char *
scoring_input(const struct scoring *s)
{
	return str_eq(s->from, "-") ? "stdin" : s->from;
}

/* predict_columns.c: the columns of the input and those of the output. */
struct score_columns {
	int *carried; /* owned: of the input, in the order of the output */
	size_t n;
};
/* Looks at the first batch: is there all that the model needs, what is carried over. */
MUST_CHECK int score_columns_make(
	const struct scoring *s, struct mlf_frame *in, struct score_columns *out, struct err *e);
void score_columns_fini(struct score_columns *c);
/* A batch of the output; made in sc. */
MUST_CHECK int score_columns_join(const struct scoring *s, const struct score_columns *c,
	struct mlf_frame *in, struct mlf_frame *said, struct frame **out, struct err *e);

#endif
