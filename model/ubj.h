/* SPDX-License-Identifier: Apache-2.0
 * Private to model/: a pull reader of UBJSON (draft 12), with the manners of the JSON reader: errors
 * are sticky, what is left unread is skipped, depth is at most 64, no tree is built. */
#ifndef MODEL_UBJ_H
#define MODEL_UBJ_H

#include "base/base.h"

enum { UBJ_DEPTH = 64 };

struct ubj_level {
	bool object;
	uint8_t type; /* the marker of every element, or 0: each has its own */
	int64_t left; /* elements to come, or -1: until the closing bracket */
};
struct ubj {
	const uint8_t *start, *p, *end;
	struct ubj_level levels[UBJ_DEPTH];
	int depth;
	bool due;        /* the next value was announced and is not read yet */
	struct str text; /* the last key or text; owned, valid until the next call */
	const char *bad; /* the sticky error, static text; NULL = none */
};

void ubj_init(struct ubj *u, const void *data, size_t len);
void ubj_fini(struct ubj *u);
bool ubj_object(struct ubj *u);
bool ubj_array(struct ubj *u);
bool ubj_next(struct ubj *u, const char **key);
const char *ubj_str(struct ubj *u); /* text without NUL bytes */
int64_t ubj_i64(struct ubj *u);
double ubj_f64(struct ubj *u); /* integers and booleans, too */
void ubj_skip(struct ubj *u);
MUST_CHECK int ubj_done(struct ubj *u, struct err *e); /* also ends u */

#endif
