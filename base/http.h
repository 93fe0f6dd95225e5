/* SPDX-License-Identifier: Apache-2.0
 * HTTP: one POST, over a socket of its own, within a time limit. For https it borrows the libcurl of
 * the system, if there is one. */
#ifndef BASE_HTTP_H
#define BASE_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include "base/attr.h"
#include "base/err.h"

struct http_url {
	bool tls;
	char host[256]; /* without the brackets of an IPv6 address */
	char port[8];
	char path[1024]; /* with the query; begins with a slash */
};
/* http:// or https://. No error message quotes the text, since it may hold a secret; one that does
 * hold a name and a password is refused. */
MUST_CHECK int http_url_parse(const char *text, struct http_url *out, struct err *e);

struct http_post {
	const struct http_url *to;
	const char *type;   /* of the content */
	const char *bearer; /* token, or NULL */
	const char *body;
	size_t n;
	int timeout_ms; /* for all of it; looking up the host's name is not counted */
};
/* Sends it and waits for the answer, whose status goes into *status. -1: there was none. */
MUST_CHECK int http_post(const struct http_post *p, int *status, struct err *e);

/* https.c */
MUST_CHECK int https__post(const struct http_post *p, int *status, struct err *e);

#endif
