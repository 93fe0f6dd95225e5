/* SPDX-License-Identifier: Apache-2.0
 * Messages with descriptors between runner, zygote and workers, over SOCK_SEQPACKET. */
#ifndef PIPELINE_WIRE_H
#define PIPELINE_WIRE_H

#include "base/base.h"

enum wire_kind {
	WIRE_MORE_FDS = 1, /* descriptors that belong to the next message; never seen by callers */
	/* runner -> zygote */
	WIRE_SPAWN, /* struct spawn_msg; descriptors: control socket, log */
	WIRE_KILL,  /* struct kill_msg */
	/* zygote -> runner */
	WIRE_EXIT, /* struct exit_msg */
	/* runner -> worker */
	WIRE_JOB,      /* JSON, see job.h; descriptors: segments */
	WIRE_DESCRIBE, /* JSON {root, path} */
	WIRE_GIT,      /* JSON {root} */
	WIRE_HOOK,     /* JSON, see hook.h */
	/* worker -> runner */
	WIRE_PROGRESS, /* struct progress_msg */
	WIRE_DONE,     /* JSON; descriptors: fresh segments */
};

struct spawn_msg {
	uint64_t job;
	int64_t memory;   /* bytes of RLIMIT_DATA, 0: no limit */
	char folder[512]; /* working folder, absolute */
};
struct kill_msg {
	uint64_t job;
	int32_t signal;
	int32_t group; /* not 0: its whole process group */
};
struct exit_msg {
	uint64_t job;
	int32_t pid;    /* 0: could not be forked, status is the errno */
	int32_t status; /* as waitpid gives it */
	int32_t strays; /* processes it left behind, killed */
	int32_t unused; /* no padding: messages are sent as they lie in memory */
	int64_t cpu_us, rss_bytes;
};
struct progress_msg {
	int64_t done, total;
};

struct wire_msg {
	enum wire_kind kind;
	struct str body; /* kept between receives */
	int *fds;        /* owned, and so are the descriptors in it until taken (set to -1) */
	size_t n_fds, cap_fds;
};

/* Sends one message; waits if it must, on a non-blocking socket too. Bodies beyond 64 KiB travel as a
 * memfd, up to 256 MiB; descriptors beyond 200 in packets of their own, without limit. */
struct wire_out {
	const void *body;
	size_t len;
	const int *fds; /* stay the caller's */
	size_t n_fds;
};
MUST_CHECK int wire_send(int sock, enum wire_kind kind, const struct wire_out *out, struct err *e);
/* Receives one message into m: 1, 0 when the other side is gone, 2 when nothing is there yet on a
 * non-blocking socket, -1 on an error. After 2, m may hold the first descriptors of a message whose
 * rest is on its way: go on with this very m, and do not reset it before. */
MUST_CHECK int wire_recv(int sock, struct wire_msg *m, struct err *e);
void wire_msg_reset(struct wire_msg *m); /* closes descriptors nobody took */
void wire_msg_fini(struct wire_msg *m);
/* A connected pair, close-on-exec. */
MUST_CHECK int wire_pair(int pair[2], struct err *e);

#endif
