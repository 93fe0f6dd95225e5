/* SPDX-License-Identifier: Apache-2.0
 * mlflow-c: what a module that trains models offers, lib/mlflow-c/flavors/NAME.so.
 *
 * The host has looked at table and options, and knows how to predict; a trainer turns numbers into the
 * bytes of a model file. It needs nothing of the host and keeps nothing between two jobs. */
#ifndef MLFLOW_C_TRAINER_H
#define MLFLOW_C_TRAINER_H

#include <stdint.h>

#define MLF_TRAINER_ABI_MAJOR 1
#define MLF_TRAINER_ABI_MINOR 0

struct mlf_trainer_table {
	const float *x; /* row by row, NaN where a value is missing */
	int64_t rows;
	const float *label;
	const float *weight; /* of the rows; NULL: all alike */
};
struct mlf_trainer_job {
	uint32_t size;
	int32_t columns;
	const char *const *names;              /* of the columns */
	struct mlf_trainer_table train, valid; /* valid.rows 0: none */
	const char *const *params;             /* name, value, name, value, ..., NULL */
	const char *const *attributes;         /* texts to keep in the model file, likewise */
	int32_t rounds;                        /* how many at most */
	int32_t patience; /* stop when so many rounds did not better the rows of `valid`; 0: never */
};
struct mlf_trainer_model {
	void *bytes; /* the trainer's, until it is told to free them */
	uint64_t length;
	int32_t rounds; /* that the model has: up to the best one, if there were rows in `valid` */
	double loss;    /* on the rows of `valid`, in the best round; NaN without */
	char error[1024];
};
struct mlf_trainer {
	uint32_t size;
	uint16_t abi_major, abi_minor;
	const char *name;
	/* 0, or -1 and a text in out->error. */
	int (*train)(const struct mlf_trainer_job *job, struct mlf_trainer_model *out);
	void (*free)(struct mlf_trainer_model *m);
};

/* The one symbol that the module exports. */
const struct mlf_trainer *mlf_trainer_v1(void);

#endif
