/* SPDX-License-Identifier: Apache-2.0
 * A POST in HTTP/1.1: connect, send, read the status line, hang up.
 *
 * Every wait is a poll until one common deadline, so that a server that accepts and never answers, or
 * answers a byte a second, costs no more than the limit. One connection for each request: nothing has to
 * be known about how long answers are. */
#include "base/base.h"

#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define DRAIN_MS 250 /* for the rest of the answer, which nobody reads */

/* ---- the address */

static int
bad_url(struct err *e, const char *why)
{
	err_set(e, MLC_USAGE, "the URL %s", why);
	return err_help(e, "write http://HOST:PORT, as in http://localhost:5000");
}

/* HOST, HOST:PORT or [ADDRESS]:PORT, of n characters. */
static int
parse_host(const char *s, size_t n, struct http_url *out, struct err *e)
{
	const char *end = s + n, *close = *s == '[' ? memchr(s, ']', n) : NULL;
	const char *host = close ? s + 1 : s;
	const char *colon = memchr(close ? close : s, ':', (size_t)(end - (close ? close : s)));
	size_t len = (size_t)((close ? close : colon ? colon : end) - host);
	size_t digits = colon ? (size_t)(end - colon - 1) : 0;
	int64_t port;
	if (memchr(s, '@', n))
		return bad_url(e, "holds a name or a password, which would be shown to everybody");
	if (len == 0 || len >= sizeof(out->host) || (*s == '[' && !close))
		return bad_url(e, "names no host");
	memcpy(out->host, host, len);
	if (!colon)
		(void)snprintf(out->port, sizeof(out->port), "%s", out->tls ? "443" : "80");
	else if (digits == 0 || digits >= sizeof(out->port))
		return bad_url(e, "has no port behind the colon");
	else
		memcpy(out->port, colon + 1, digits);
	if (str_to_i64(out->port, &port) < 0 || port < 1 || port > 65535)
		return bad_url(e, "has a port that is none");
	return 0;
}

int
http_url_parse(const char *text, struct http_url *out, struct err *e)
{
	*out = (struct http_url){.tls = str_starts(text, "https://")};
	if (!out->tls && !str_starts(text, "http://"))
		return bad_url(e, "begins neither with http:// nor with https://");
	for (const char *p = text; *p; p++)
		if ((unsigned char)*p <= ' ' || (unsigned char)*p > '~')
			return bad_url(e, "holds spaces or characters that no URL holds");
	const char *host = strstr(text, "://") + 3, *path = host + strcspn(host, "/?#");
	size_t n = strcspn(path, "#");
	if (parse_host(host, (size_t)(path - host), out, e) < 0)
		return -1;
	if (n + 2 > sizeof(out->path))
		return bad_url(e, "is too long");
	(void)snprintf(
		out->path, sizeof(out->path), "%s%.*s", *path == '/' ? "" : "/", (int)n, path);
	return 0;
}

/* ---- one connection */

struct talk {
	int fd;
	int64_t until_us;
	int timeout_ms;
};

/* Waits until the socket is ready. */
static int
await(const struct talk *t, short events, struct err *e)
{
	struct pollfd p = {t->fd, events, 0};
	for (;;) {
		int64_t left_us = t->until_us - clock_mono_us();
		int rc = left_us > 0 ? poll(&p, 1, (int)((left_us + 999) / 1000)) : 0;
		if (rc > 0)
			return 0;
		if (rc == 0)
			return err_set(e, MLC_FILE, "no answer within %d ms", t->timeout_ms);
		if (errno != EINTR)
			return err_errno(e, MLC_FILE, "cannot wait for the server");
	}
}

static int
try_address(struct talk *t, const struct addrinfo *a, struct err *e)
{
	int why = 0;
	socklen_t len = sizeof(why);
	t->fd = socket(a->ai_family, a->ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, a->ai_protocol);
	if (t->fd < 0)
		return err_errno(e, MLC_FILE, "cannot make a socket");
	int rc = connect(t->fd, a->ai_addr, a->ai_addrlen);
	if (rc < 0 && errno == EINPROGRESS) {
		rc = await(t, POLLOUT, e);
		if (rc == 0 && getsockopt(t->fd, SOL_SOCKET, SO_ERROR, &why, &len) == 0 && why)
			rc = err_set(e, MLC_FILE, "cannot connect: %s", strerror(why));
	} else if (rc < 0)
		err_errno(e, MLC_FILE, "cannot connect");
	if (rc < 0) {
		close(t->fd);
		t->fd = -1;
	}
	return rc;
}

static int
dial(struct talk *t, const struct http_url *to, struct err *e)
{
	const struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
	struct addrinfo *list = NULL;
	int rc = getaddrinfo(to->host, to->port, &hints, &list);
	if (rc)
		return err_set(e, MLC_FILE, "cannot find the host: %s", gai_strerror(rc));
	rc = err_set(e, MLC_FILE, "the host has no address");
	for (const struct addrinfo *a = list; rc < 0 && a; a = a->ai_next)
		rc = try_address(t, a, e);
	freeaddrinfo(list);
	return rc;
}

static int
put(const struct talk *t, const char *p, size_t n, struct err *e)
{
	while (n) {
		ssize_t sent = send(t->fd, p, n, MSG_NOSIGNAL);
		if (sent >= 0) {
			p += sent;
			n -= (size_t)sent;
		} else if (errno == EAGAIN || errno == EINTR) {
			if (await(t, POLLOUT, e) < 0)
				return -1;
		} else
			return err_errno(e, MLC_FILE, "cannot send");
	}
	return 0;
}

/* More of the answer: how much, 0 at its end. */
static ssize_t
get(const struct talk *t, char *into, size_t room, struct err *e)
{
	for (;;) {
		ssize_t n = recv(t->fd, into, room, 0);
		if (n >= 0)
			return n;
		if (errno != EAGAIN && errno != EINTR)
			return err_errno(e, MLC_FILE, "cannot read the answer");
		if (await(t, POLLIN, e) < 0)
			return -1;
	}
}

/* ---- the exchange */

static void
request(const struct http_post *p, struct str *out)
{
	const struct http_url *to = p->to;
	bool six = strchr(to->host, ':') != NULL;
	str_addf(out, "POST %s HTTP/1.1\r\nHost: %s%s%s:%s\r\n", to->path, six ? "[" : "", to->host,
		six ? "]" : "", to->port);
	str_addf(out, "User-Agent: mlflow-c\r\nContent-Type: %s\r\nContent-Length: %zu\r\n",
		p->type, p->n);
	if (p->bearer)
		str_addf(out, "Authorization: Bearer %s\r\n", p->bearer);
	str_add(out, "Connection: close\r\n\r\n");
	str_addn(out, p->body, p->n);
}

/* `HTTP/1.1 201 Created`; an answer 1xx comes before the real one, but nobody asked for any. */
static int
read_status(const struct talk *t, int *status, struct err *e)
{
	char line[512];
	size_t len = 0;
	while (!memchr(line, '\n', len)) {
		ssize_t n = len < sizeof(line) - 1 ? get(t, line + len, sizeof(line) - 1 - len, e)
						   : err_set(e, MLC_FILE, "the answer is no HTTP");
		if (n < 0)
			return -1;
		if (n == 0)
			return err_set(e, MLC_FILE, "the server hung up without an answer");
		len += (size_t)n;
	}
	line[len] = '\0';
	const char *space = strchr(line, ' ');
	*status = str_starts(line, "HTTP/1.") && space ? (int)strtol(space + 1, NULL, 10) : 0;
	return *status >= 200 && *status <= 599 ? 0 : err_set(e, MLC_FILE, "the answer is no HTTP");
}

/* Hanging up on unread text would reset the connection under the server's last words. */
static void
drain(struct talk *t)
{
	int64_t soon = clock_mono_us() + DRAIN_MS * 1000;
	struct err ignored;
	char away[4096];
	if (soon < t->until_us)
		t->until_us = soon;
	while (clock_mono_us() < t->until_us && get(t, away, sizeof(away), &ignored) > 0)
		;
}

int
http_post(const struct http_post *p, int *status, struct err *e)
{
	if (p->to->tls)
		return https__post(p, status, e);
	struct talk t = {.fd = -1, .timeout_ms = p->timeout_ms};
	struct str text = {0};
	t.until_us = clock_mono_us() + (int64_t)p->timeout_ms * 1000;
	request(p, &text);
	int rc = dial(&t, p->to, e) < 0 || put(&t, text.s, text.len, e) < 0 ||
			read_status(&t, status, e) < 0
		? -1
		: 0;
	if (rc == 0)
		drain(&t);
	if (t.fd >= 0)
		close(t.fd);
	str_fini(&text);
	return rc;
}
