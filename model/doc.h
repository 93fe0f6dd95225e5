/* SPDX-License-Identifier: Apache-2.0
 * Private to model/: a document that is JSON or UBJSON, read the same way. */
#ifndef MODEL_DOC_H
#define MODEL_DOC_H

#include "model/ubj.h"

struct doc {
	bool binary;
	struct jr j;
	struct ubj u;
	struct str plain; /* the text without NaN and Infinity, if there were such */
};
/* A list of numbers; the memory is used again for the next one. Zero is empty. */
struct numbers {
	double *v; /* owned */
	size_t n, cap;
};

/* True if the bytes begin as UBJSON does, and not as JSON. */
bool doc_is_binary(const char *data, size_t len);
void doc_init(struct doc *d, const char *data, size_t len);
bool doc_object(struct doc *d);
bool doc_array(struct doc *d);
bool doc_next(struct doc *d, const char **key);
const char *doc_str(struct doc *d); /* NULL: it is none */
double doc_f64(struct doc *d);
/* An array of numbers (or booleans). */
bool doc_numbers(struct doc *d, struct numbers *out);
/* A text that holds a number; NaN if it holds none. */
double doc_number_text(struct doc *d);
bool doc_bad(const struct doc *d);
void doc_fini(struct doc *d);
MUST_CHECK int doc_done(struct doc *d, struct err *e); /* also ends d */

#endif
