/* SPDX-License-Identifier: Apache-2.0
 * base/http.c: what URLs are, and what servers do to a client. */
#include "tests/unit/unit.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/base.h"

LEAK_SUITE(base_http);

Test(base_http, urls_are_taken_apart)
{
	static const struct {
		const char *text, *host, *port, *path;
		bool tls;
	} good[] = {
		{"http://localhost:5000", "localhost", "5000", "/", false},
		{"http://a.example", "a.example", "80", "/", false},
		{"https://a.example/x/y?k=1#z", "a.example", "443", "/x/y?k=1", true},
		{"http://a:1?k=1", "a", "1", "/?k=1", false},
		{"http://[::1]:8080/", "::1", "8080", "/", false},
		{"https://[fe80::2]", "fe80::2", "443", "/", true},
	};
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		struct http_url u;
		struct err e = {0};
		cr_assert(http_url_parse(good[i].text, &u, &e) == 0, "%s: %s", good[i].text, e.msg);
		cr_expect_str_eq(u.host, good[i].host);
		cr_expect_str_eq(u.port, good[i].port);
		cr_expect_str_eq(u.path, good[i].path);
		cr_expect_eq(u.tls, good[i].tls);
	}
}

Test(base_http, what_is_no_url_is_refused_without_being_quoted)
{
	static const char *const bad[] = {"", "canary", "ftp://canary", "http://", "http:///canary",
		"http://:1", "http://canary:", "http://canary:0", "http://canary:65536",
		"http://canary:12x", "http://canary:1234567890", "http://me:canary@host",
		"http://me@host/", "http://[::1", "http://[]:1", "http://can ary",
		"http://canary/\r\nX: y", "http://h\303\266st"};
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct http_url u;
		struct err e = {0};
		cr_expect(http_url_parse(bad[i], &u, &e) < 0, "%s was taken", bad[i]);
		cr_expect(!strstr(e.msg, "canary") && !strstr(e.help, "canary"));
	}
}

/* A server for one request: says `answer`, in pieces of `step` bytes (0: at once) `pause_us` apart. */
struct server {
	int fd;
	const char *answer;
	size_t step;
	unsigned pause_us;
	bool mute; /* keeps the connection open and says nothing, for `pause_us` */
	struct str got;
	struct http_url url;
	pthread_t thread;
};

static void *
serve(void *arg)
{
	struct server *s = arg;
	int fd = accept(s->fd, NULL, NULL);
	char some[4096];
	while (!str_ends(str_text(&s->got), "BODY END")) {
		ssize_t n = read(fd, some, sizeof(some));
		if (n <= 0)
			break;
		str_addn(&s->got, some, (size_t)n);
	}
	for (size_t at = 0, n = strlen(s->answer); at < n;) {
		size_t step = s->step && s->step < n - at ? s->step : n - at;
		if (send(fd, s->answer + at, step, MSG_NOSIGNAL) < 0)
			break;
		at += step;
		if (s->step)
			usleep(s->pause_us);
	}
	if (s->mute)
		usleep(s->pause_us);
	close(fd);
	return NULL;
}

static void
server_start(struct server *s)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
	socklen_t n = sizeof(at);
	s->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	cr_assert(bind(s->fd, (struct sockaddr *)&at, n) == 0 && listen(s->fd, 1) == 0);
	cr_assert(getsockname(s->fd, (struct sockaddr *)&at, &n) == 0);
	s->url = (struct http_url){.host = "127.0.0.1", .path = "/in"};
	(void)snprintf(s->url.port, sizeof(s->url.port), "%d", ntohs(at.sin_port));
	cr_assert(pthread_create(&s->thread, NULL, serve, s) == 0);
}

static void
server_end(struct server *s)
{
	pthread_join(s->thread, NULL);
	close(s->fd);
	str_fini(&s->got);
}

static int
post_within(int ms, const struct http_url *to, const char *body, int *status, struct err *e)
{
	const struct http_post p = {.to = to,
		.type = "application/json",
		.bearer = "key",
		.body = body,
		.n = strlen(body),
		.timeout_ms = ms};
	return http_post(&p, status, e);
}

static int
post(const struct http_url *to, const char *body, int *status, struct err *e)
{
	return post_within(20000, to, body, status, e);
}

Test(base_http, a_post_arrives_whole_and_its_status_comes_back)
{
	struct server s = {.answer = "HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\n{}"};
	struct err e = {0};
	struct str want = {0};
	int status = 0;
	server_start(&s);
	cr_expect(post(&s.url, "{\"a\": 1} BODY END", &status, &e) == 0, "%s", e.msg);
	cr_expect_eq(status, 201);
	str_addf(&want,
		"POST /in HTTP/1.1\r\nHost: 127.0.0.1:%s\r\nUser-Agent: mlflow-c\r\n"
		"Content-Type: application/json\r\nContent-Length: 17\r\n"
		"Authorization: Bearer key\r\nConnection: close\r\n\r\n{\"a\": 1} BODY END",
		s.url.port);
	pthread_join(s.thread, NULL);
	cr_expect_str_eq(str_text(&s.got), want.s);
	close(s.fd);
	str_fini(&s.got);
	str_fini(&want);
}

Test(base_http, a_large_body_and_an_answer_in_pieces)
{
	struct server s = {
		.answer = "HTTP/1.0 503 Come back later\r\n\r\n", .step = 3, .pause_us = 1000};
	struct str body = {0};
	struct err e = {0};
	int status = 0;
	for (int i = 0; i < 300000; i++)
		str_add(&body, "0123456789");
	str_add(&body, " BODY END");
	server_start(&s);
	cr_expect(post(&s.url, body.s, &status, &e) == 0, "%s", e.msg);
	cr_expect_eq(status, 503);
	server_end(&s);
	str_fini(&body);
}

static void
expect_failure(struct server *s, const char *want)
{
	struct err e = {0};
	int status = 0;
	int64_t begun = clock_mono_us();
	server_start(s);
	cr_expect(post_within(400, &s->url, "BODY END", &status, &e) < 0);
	int64_t ms = (clock_mono_us() - begun) / 1000;
	cr_expect(ms < 2000, "it took %lld ms", (long long)ms);
	cr_expect_str_eq(e.msg, want);
	server_end(s);
}

Test(base_http, servers_that_answer_nothing_or_too_slowly_cost_the_limit_and_no_more)
{
	struct server mute = {.answer = "", .mute = true, .pause_us = 700000};
	expect_failure(&mute, "no answer within 400 ms");
	struct server slow = {.answer = "HTTP/1.1 200 OK\r\n", .step = 1, .pause_us = 60000};
	expect_failure(&slow, "no answer within 400 ms");
}

Test(base_http, what_is_no_answer_is_a_failure)
{
	struct server gone = {.answer = ""};
	expect_failure(&gone, "the server hung up without an answer");
	struct server half = {.answer = "HTTP/1.1 20"};
	expect_failure(&half, "the server hung up without an answer");
	struct server other = {.answer = "220 mail.example ESMTP\r\n"};
	expect_failure(&other, "the answer is no HTTP");
	struct server odd = {.answer = "HTTP/1.1 99999999999999999999 OK\r\n"};
	expect_failure(&odd, "the answer is no HTTP");
	char endless[1001];
	memset(endless, 'x', 1000);
	endless[1000] = '\0';
	struct server long_line = {.answer = endless};
	expect_failure(&long_line, "the answer is no HTTP");
}

Test(base_http, where_nobody_listens_it_fails_at_once)
{
	struct server s = {.answer = ""};
	struct err e = {0};
	int status;
	server_start(&s);
	shutdown(s.fd, SHUT_RDWR);
	server_end(&s);
	cr_expect(post(&s.url, "x", &status, &e) < 0);
	cr_expect_str_eq(e.msg, "cannot connect: Connection refused");
}
