/* SPDX-License-Identifier: Apache-2.0
 * Private to cmd/: what the doctor finds. */
#ifndef CMD_DOCTOR_H
#define CMD_DOCTOR_H

#include "cmd/cmd.h"

enum finding_state { FINDING_OK, FINDING_NOTE, FINDING_WRONG };

struct finding {
	enum finding_state state;
	enum err_code code; /* 0 unless it is wrong */
	const char *topic;  /* static */
	char *text, *fix;   /* owned; fix may be NULL */
};
struct findings {
	struct finding *v; /* owned */
	size_t n, cap;
};

void found_ok(struct findings *f, const char *topic, const char *fmt, ...) PRINTF(3, 4);
/* Not as it should be, but nothing fails of it; fix may be NULL. */
void found_note(struct findings *f, const char *topic, const char *fix, const char *fmt, ...)
	PRINTF(4, 5);
/* What an error says; with `note` it does not count as wrong. */
void found_error(struct findings *f, const char *topic, const struct err *e, bool note);

/* doctor_machine.c */
void check_program(struct findings *f);
void check_tools(struct findings *f);
void check_modules(struct findings *f);
void check_disk(struct findings *f, const char *root);
void check_git(struct findings *f, const char *root);

#endif
