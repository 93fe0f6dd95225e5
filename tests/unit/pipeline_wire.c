/* SPDX-License-Identifier: Apache-2.0
 * pipeline/wire.c: messages and descriptors, and what a peer may do to us. */
#include "tests/unit/unit.h"

#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include "pipeline/wire.h"

LEAK_SUITE(pipeline_wire);

static int pair[2];

static void
open_pair(void)
{
	struct err e;

	cr_assert(wire_pair(pair, &e) == 0);
}

static void
close_pair(void)
{
	close(pair[0]);
	close(pair[1]);
}

static int
open_fds(void)
{
	DIR *d = opendir("/proc/self/fd");
	int n = 0;

	while (readdir(d))
		n++;
	closedir(d);
	return n;
}

/* A file that holds the number i, so that descriptors can be told apart at the other end. */
static int
numbered(int i)
{
	int fd = memfd_create("numbered", MFD_CLOEXEC);

	cr_assert(fd >= 0 && pwrite(fd, &i, sizeof(i), 0) == sizeof(i));
	return fd;
}

static int
number_of(int fd)
{
	int i = -1;

	cr_expect(pread(fd, &i, sizeof(i), 0) == sizeof(i));
	return i;
}

/* Descriptors beyond what the socket's buffer takes need somebody who receives meanwhile. */
struct sending {
	struct wire_out out;
	int rc;
	struct err e;
};

static void *
send_it(void *arg)
{
	struct sending *s = arg;

	s->rc = wire_send(pair[0], WIRE_DONE, &s->out, &s->e);
	return NULL;
}

/* Sends a body of `len` bytes and n_fds descriptors, and checks that all of it arrives in order. */
static void
round_trip(size_t len, int n_fds)
{
	struct wire_msg m = {0};
	struct err e = {0};
	pthread_t thread;
	char *body = calloc(1, len + 1);
	int *fds = calloc((size_t)n_fds + 1, sizeof(*fds));

	for (size_t i = 0; i < len; i++)
		body[i] = (char)(i * 31 + i / 251);
	for (int i = 0; i < n_fds; i++)
		fds[i] = numbered(i);
	struct sending s = {.out = {body, len, fds, (size_t)n_fds}};
	cr_assert(pthread_create(&thread, NULL, send_it, &s) == 0);
	cr_assert(wire_recv(pair[1], &m, &e) == 1, "%zu bytes, %d fds: %s", len, n_fds, e.msg);
	pthread_join(thread, NULL);
	cr_assert(s.rc == 0, "%s", s.e.msg);
	cr_expect(m.kind == WIRE_DONE);
	cr_assert(m.body.len == len, "%zu instead of %zu", m.body.len, len);
	cr_expect(len == 0 || memcmp(m.body.s, body, len) == 0);
	cr_assert(m.n_fds == (size_t)n_fds, "%zu instead of %d", m.n_fds, n_fds);
	for (int i = 0; i < n_fds; i++) {
		cr_expect(number_of(m.fds[i]) == i);
		cr_expect(fcntl(m.fds[i], F_GETFD) & FD_CLOEXEC);
		close(fds[i]);
	}
	wire_msg_fini(&m);
	free(fds);
	free(body);
}

Test(pipeline_wire, bodies_of_every_size_arrive)
{
	static const size_t sizes[] = {0, 1, 100, 65535, 65536, 65537, 5u << 20};

	open_pair();
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		round_trip(sizes[i], 0);
	close_pair();
}

Test(pipeline_wire, descriptors_arrive_in_order_however_many)
{
	static const int counts[] = {1, 199, 200, 201, 400, 401, 650};

	open_pair();
	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
		round_trip(8, counts[i]);
	close_pair();
}

Test(pipeline_wire, a_large_body_does_not_mix_with_the_descriptors)
{
	open_pair();
	round_trip(65537, 1);
	round_trip(65537, 200);
	round_trip(65537, 201);
	round_trip(1 << 20, 450);
	close_pair();
}

Test(pipeline_wire, no_descriptor_leaks)
{
	int before = open_fds();

	open_pair();
	for (int i = 0; i < 20; i++) {
		round_trip(10, 250);
		round_trip(100000, 3);
	}
	close_pair();
	cr_expect(open_fds() == before, "%d instead of %d", open_fds(), before);
}

Test(pipeline_wire, what_was_taken_is_not_closed)
{
	struct wire_msg m = {0};
	struct err e;
	int fd = numbered(42);
	struct wire_out out = {"x", 1, &fd, 1};

	open_pair();
	cr_assert(wire_send(pair[0], WIRE_JOB, &out, &e) == 0);
	cr_assert(wire_recv(pair[1], &m, &e) == 1);
	int taken = m.fds[0];
	m.fds[0] = -1;
	wire_msg_fini(&m);
	cr_expect(number_of(taken) == 42);
	close(taken);
	close(fd);
	close_pair();
}

Test(pipeline_wire, messages_keep_their_bounds_and_order)
{
	struct wire_msg m = {0};
	struct err e;

	open_pair();
	for (int i = 0; i < 50; i++) {
		struct wire_out out = {&i, sizeof(i), NULL, 0};
		cr_assert(wire_send(pair[0], WIRE_PROGRESS, &out, &e) == 0);
	}
	for (int i = 0; i < 50; i++) {
		int got = -1;
		cr_assert(wire_recv(pair[1], &m, &e) == 1);
		cr_assert(m.body.len == sizeof(got));
		memcpy(&got, m.body.s, sizeof(got));
		cr_expect(got == i);
	}
	wire_msg_fini(&m);
	close_pair();
}

Test(pipeline_wire, the_end_of_the_peer_is_told)
{
	struct wire_msg m = {0};
	struct err e = {0};
	struct wire_out out = {"last", 4, NULL, 0};

	open_pair();
	cr_assert(wire_send(pair[0], WIRE_JOB, &out, &e) == 0);
	close(pair[0]);
	cr_expect(wire_recv(pair[1], &m, &e) == 1); /* what it said before it went */
	cr_expect(wire_recv(pair[1], &m, &e) == 0);
	cr_expect(wire_recv(pair[1], &m, &e) == 0);
	cr_expect(wire_send(pair[1], WIRE_JOB, &out, &e) == -1); /* and no SIGPIPE */
	cr_expect(e.code == MLC_WORKER);
	wire_msg_fini(&m);
	close(pair[1]);
}

Test(pipeline_wire, a_non_blocking_socket_says_when_nothing_is_there)
{
	struct wire_msg m = {0};
	struct err e;
	struct wire_out out = {"x", 1, NULL, 0};

	open_pair();
	cr_assert(fcntl(pair[1], F_SETFL, O_NONBLOCK) == 0);
	cr_expect(wire_recv(pair[1], &m, &e) == 2);
	cr_assert(wire_send(pair[0], WIRE_JOB, &out, &e) == 0);
	cr_expect(wire_recv(pair[1], &m, &e) == 1);
	cr_expect(wire_recv(pair[1], &m, &e) == 2);
	wire_msg_fini(&m);
	close_pair();
}

/* ---- peers that do not play by the rules: a node may write to the socket itself */

struct raw_header { /* as in wire.c */
	uint32_t kind, flags;
	uint64_t len;
};

static void
send_raw(const void *p, size_t n, int fd)
{
	union {
		char buf[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control = {{0}};
	struct iovec iov = {(void *)(uintptr_t)p, n};
	struct msghdr msg = {.msg_iov = &iov, .msg_iovlen = 1};

	if (fd >= 0) {
		msg.msg_control = control.buf;
		msg.msg_controllen = sizeof(control.buf);
		struct cmsghdr *c = CMSG_FIRSTHDR(&msg);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(c), &fd, sizeof(fd));
	}
	cr_assert(sendmsg(pair[0], &msg, 0) == (ssize_t)n);
}

/* Receives what must be refused, and leaves nothing open. */
static void
refused(const void *p, size_t n, int fd)
{
	struct wire_msg m = {0};
	struct err e = {0};
	int before = open_fds();

	send_raw(p, n, fd);
	cr_expect(wire_recv(pair[1], &m, &e) == -1);
	cr_expect(e.code == MLC_WORKER && e.msg[0]);
	wire_msg_fini(&m);
	cr_expect(open_fds() == before);
}

Test(pipeline_wire, a_packet_without_a_whole_header_is_refused)
{
	int fd = numbered(1);

	open_pair();
	refused("?", 1, -1);
	refused("fifteen bytes..", 15, fd);
	close(fd);
	close_pair();
}

Test(pipeline_wire, a_body_of_another_length_than_announced_is_refused)
{
	struct raw_header h = {WIRE_DONE, 0, 100};

	open_pair();
	refused(&h, sizeof(h), -1);
	h.len = UINT64_MAX;
	refused(&h, sizeof(h), -1);
	close_pair();
}

Test(pipeline_wire, a_body_in_a_descriptor_must_be_there_and_long_enough)
{
	struct raw_header h = {WIRE_DONE, 1, 100000};
	int fd = numbered(1), pipes[2];

	cr_assert(pipe(pipes) == 0);
	open_pair();
	refused(&h, sizeof(h), -1);       /* none came */
	refused(&h, sizeof(h), fd);       /* 4 bytes long; mapping it would kill us */
	refused(&h, sizeof(h), pipes[0]); /* no file at all */
	h.len = UINT64_MAX;
	refused(&h, sizeof(h), fd);
	h.len = 1ull << 40; /* a sparse file of that size is easily made */
	cr_assert(ftruncate(fd, 1ll << 40) == 0);
	refused(&h, sizeof(h), fd);
	close(fd);
	close(pipes[0]);
	close(pipes[1]);
	close_pair();
}

Test(pipeline_wire, a_peer_that_dies_between_the_packets_of_a_message_is_gone)
{
	struct raw_header more = {WIRE_MORE_FDS, 0, 0};
	struct wire_msg m = {0};
	struct err e;
	int fd = numbered(1), before;

	open_pair();
	before = open_fds();
	send_raw(&more, sizeof(more), fd);
	close(pair[0]);
	cr_expect(wire_recv(pair[1], &m, &e) == 0);
	wire_msg_fini(&m);
	cr_expect(open_fds() == before - 1); /* our end of the pair that we closed */
	close(fd);
	close(pair[1]);
}

Test(pipeline_wire, a_message_in_parts_is_put_together_without_blocking)
{
	struct raw_header more = {WIRE_MORE_FDS, 0, 0}, last = {WIRE_DONE, 0, 0};
	struct wire_msg m = {0};
	struct err e;
	int a = numbered(1), b = numbered(2);

	open_pair();
	cr_assert(fcntl(pair[1], F_SETFL, O_NONBLOCK) == 0);
	send_raw(&more, sizeof(more), a);
	cr_expect(wire_recv(pair[1], &m, &e) == 2);
	send_raw(&last, sizeof(last), b);
	cr_assert(wire_recv(pair[1], &m, &e) == 1);
	cr_assert(m.n_fds == 2);
	cr_expect(number_of(m.fds[0]) == 1 && number_of(m.fds[1]) == 2);
	wire_msg_fini(&m);
	close(a);
	close(b);
	close_pair();
}
