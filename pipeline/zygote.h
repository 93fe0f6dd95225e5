/* SPDX-License-Identifier: Apache-2.0
 * The runner's side of the zygote. */
#ifndef PIPELINE_ZYGOTE_H
#define PIPELINE_ZYGOTE_H

#include "pipeline/wire.h"

struct zygote;

pid_t zygote_pid(const struct zygote *z);
int zygote_fd(const struct zygote *z); /* for polling; WIRE_EXIT messages arrive here */
/* Forks a worker: it gets `log` as stdout and stderr and talks over the returned socket. */
MUST_CHECK int
zygote_spawn(struct zygote *z, const struct spawn_msg *s, int log, int *ctl, struct err *e);
MUST_CHECK int zygote_kill(struct zygote *z, uint64_t job, int sig, bool group, struct err *e);
/* Kills what it started, and waits until it is gone itself; for one that cannot be talked to any more. */
void zygote_end(struct zygote *z);
/* Forks a worker for one question, waits for its answer (the body of WIRE_DONE) and its end. */
MUST_CHECK int zygote_ask(struct zygote *z, enum wire_kind kind, const char *json,
	struct wire_msg *answer, struct exit_msg *end, struct err *e);

#endif
