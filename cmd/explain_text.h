/* SPDX-License-Identifier: Apache-2.0
 * Private to cmd/: what leads to an error, and the way out. */
#ifndef CMD_EXPLAIN_TEXT_H
#define CMD_EXPLAIN_TEXT_H

#include "base/base.h"

struct code_text {
	enum err_code code;
	const char *cause, *way_out;
};
/* NULL for a code without a text, which only a test should ever see. */
const struct code_text *code_text(enum err_code code);

#endif
