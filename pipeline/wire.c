/* SPDX-License-Identifier: Apache-2.0
 * Messages over SOCK_SEQPACKET: a small header, the body, and descriptors beside it.
 *
 *	packet := header {kind, flags, len} body            body inline, at most 64 KiB
 *	packet := header {kind, BODY_IN_FD, len}            body in a memfd, the last descriptor
 *	packet := header {WIRE_MORE_FDS}                    200 more descriptors for the next message
 *
 * A packet arrives whole or not at all, so a reader never waits inside a message for a worker that
 * died; large bodies go by memfd because a packet must fit the socket's buffer. Whoever sends is not
 * trusted to be sane: a body is read, not mapped, for a file that is too short is an error then and
 * no SIGBUS. */
#include "pipeline/wire.h"

#include <errno.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#define INLINE_MAX 65536u
#define BODY_MAX (UINT64_C(1) << 28)
#define FDS_MAX 200u
#define BODY_IN_FD 1u

struct header {
	uint32_t kind, flags;
	uint64_t len;
};

/* Room for the descriptors of one packet. */
union control {
	char buf[CMSG_SPACE(sizeof(int) * (FDS_MAX + 1))];
	struct cmsghdr align;
};

int
wire_pair(int pair[2], struct err *e)
{
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return err_errno(e, MLC_WORKER, "cannot make a socket pair");
	return 0;
}

/* Waits until a non-blocking socket takes the next packet, or fails at it. */
static bool
wait_room(int sock)
{
	struct pollfd p = {sock, POLLOUT, 0};
	return poll(&p, 1, -1) >= 0 || errno == EINTR;
}

static int
send_packet(int sock, const struct header *h, const void *body, const int *fds, size_t n_fds)
{
	struct iovec iov[2] = {{(void *)(uintptr_t)h, sizeof(*h)},
		{(void *)(uintptr_t)body, h->flags & BODY_IN_FD ? 0 : h->len}};
	union control control;
	struct msghdr msg = {.msg_iov = iov, .msg_iovlen = 2};
	if (n_fds) {
		memset(&control, 0, sizeof(control));
		msg.msg_control = control.buf;
		msg.msg_controllen = CMSG_SPACE(sizeof(int) * n_fds);
		struct cmsghdr *c = CMSG_FIRSTHDR(&msg);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(sizeof(int) * n_fds);
		memcpy(CMSG_DATA(c), fds, sizeof(int) * n_fds);
	}
	ssize_t n;
	do
		n = sendmsg(sock, &msg, MSG_NOSIGNAL);
	while (n < 0 && (errno == EINTR || (errno == EAGAIN && wait_room(sock))));
	return n < 0 ? -1 : 0;
}

/* A memfd holding the body, or -1 with errno. */
static int
body_fd(const void *body, size_t len)
{
	int fd = memfd_create("mlflow-c message", MFD_CLOEXEC);
	if (fd < 0)
		return -1;
	struct err ignored;
	if (file_write_all(fd, body, len, &ignored) < 0) {
		close(fd);
		return -1;
	}
	return fd;
}

int
wire_send(int sock, enum wire_kind kind, const struct wire_out *out, struct err *e)
{
	struct header more = {WIRE_MORE_FDS, 0, 0}, h = {(uint32_t)kind, 0, out->len};
	const int *fds = out->fds;
	size_t n_fds = out->n_fds;
	if (out->len > BODY_MAX)
		return err_set(e, MLC_WORKER, "a message of %zu bytes is too long", out->len);
	for (; n_fds > FDS_MAX; n_fds -= FDS_MAX, fds += FDS_MAX)
		if (send_packet(sock, &more, NULL, fds, FDS_MAX) < 0)
			return err_errno(e, MLC_WORKER, "cannot send descriptors");
	if (out->len <= INLINE_MAX) {
		if (send_packet(sock, &h, out->body, fds, n_fds) < 0)
			return err_errno(e, MLC_WORKER, "cannot send a message");
		return 0;
	}
	int all[FDS_MAX + 1];
	if (n_fds)
		memcpy(all, fds, sizeof(int) * n_fds);
	h.flags = BODY_IN_FD;
	all[n_fds] = body_fd(out->body, out->len);
	int rc = all[n_fds] < 0 ? -1 : send_packet(sock, &h, NULL, all, n_fds + 1);
	if (rc < 0)
		err_errno(e, MLC_WORKER, "cannot send a message of %zu bytes", out->len);
	if (all[n_fds] >= 0)
		close(all[n_fds]);
	return rc;
}

static void
take_fds(struct wire_msg *m, struct msghdr *msg)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR(msg, c)) {
		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		size_t n = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		m->fds = mem_grow(m->fds, &m->cap_fds, m->n_fds + n, sizeof(int));
		memcpy(m->fds + m->n_fds, CMSG_DATA(c), n * sizeof(int));
		m->n_fds += n;
	}
}

/* Reads the body out of the last descriptor. */
static int
body_from_fd(struct wire_msg *m, uint64_t len, struct err *e)
{
	char buf[INLINE_MAX];
	uint64_t at = 0;
	if (m->n_fds == 0 || len > BODY_MAX)
		return err_set(e, MLC_WORKER, "a message lost its body");
	int fd = m->fds[--m->n_fds];
	str_reset(&m->body);
	while (at < len) {
		size_t want = len - at < sizeof(buf) ? (size_t)(len - at) : sizeof(buf);
		ssize_t n = pread(fd, buf, want, (off_t)at);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		str_addn(&m->body, buf, (size_t)n);
		at += (uint64_t)n;
	}
	close(fd);
	return at == len ? 0 : err_set(e, MLC_WORKER, "a message has a wrong length");
}

/* One packet: 1, 0 end, 2 nothing there, -1. The body lands in m->body. */
static int
recv_packet(int sock, struct wire_msg *m, struct header *h, struct err *e)
{
	char buf[INLINE_MAX];
	union control control;
	struct iovec iov[2] = {{h, sizeof(*h)}, {buf, sizeof(buf)}};
	struct msghdr msg = {.msg_iov = iov,
		.msg_iovlen = 2,
		.msg_control = control.buf,
		.msg_controllen = sizeof(control.buf)};
	ssize_t n;
	do
		n = recvmsg(sock, &msg, MSG_CMSG_CLOEXEC);
	while (n < 0 && errno == EINTR);
	if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
		return 2;
	if (n == 0 || (n < 0 && errno == ECONNRESET))
		return 0;
	if (n < 0)
		return err_errno(e, MLC_WORKER, "cannot receive a message");
	take_fds(m, &msg);
	if (msg.msg_flags & MSG_CTRUNC) {
		err_set(e, MLC_WORKER, "a message lost descriptors: this process has no room left");
		return err_help(e, "allow more open files: ulimit -n");
	}
	if ((size_t)n < sizeof(*h) || msg.msg_flags & MSG_TRUNC)
		return err_set(e, MLC_WORKER, "a message arrived cut off");
	str_reset(&m->body);
	str_addn(&m->body, buf, (size_t)n - sizeof(*h));
	return 1;
}

int
wire_recv(int sock, struct wire_msg *m, struct err *e)
{
	struct header h;
	int rc;
	do {
		rc = recv_packet(sock, m, &h, e);
		if (rc != 1)
			return rc;
	} while (h.kind == WIRE_MORE_FDS);
	m->kind = (enum wire_kind)h.kind;
	if (h.flags & BODY_IN_FD)
		return body_from_fd(m, h.len, e) < 0 ? -1 : 1;
	if (m->body.len != h.len)
		return err_set(e, MLC_WORKER, "a message has a wrong length");
	return 1;
}

void
wire_msg_reset(struct wire_msg *m)
{
	for (size_t i = 0; i < m->n_fds; i++)
		if (m->fds[i] >= 0)
			close(m->fds[i]);
	m->n_fds = 0;
	str_reset(&m->body);
}

void
wire_msg_fini(struct wire_msg *m)
{
	wire_msg_reset(m);
	free(m->fds);
	str_fini(&m->body);
	memset(m, 0, sizeof(*m));
}
