/* SPDX-License-Identifier: Apache-2.0
 * The same POST over TLS, by the libcurl of the system: nothing of ours links against it, and who does
 * not use https does not need it. What is used of its ABI has been the same since 7.16 (2006).
 *
 * As curl does, it takes CURL_CA_BUNDLE or SSL_CERT_FILE for the certificates to trust. */
#include "base/base.h"

#include <dlfcn.h>

/* Of curl/curl.h, whose numbers are its ABI. */
enum {
	OPT_URL = 10002,
	OPT_WRITEDATA = 10001,
	OPT_POSTFIELDS = 10015,
	OPT_HTTPHEADER = 10023,
	OPT_CAINFO = 10065,
	OPT_POSTFIELDSIZE = 60,
	OPT_NOSIGNAL = 99,
	OPT_TIMEOUT_MS = 155,
	OPT_WRITEFUNCTION = 20011,
	INFO_RESPONSE_CODE = 0x200002
};

struct curl {
	void *lib;
	void *(*init)(void);
	int (*setopt)(void *easy, int option, ...);
	int (*perform)(void *easy);
	int (*getinfo)(void *easy, int info, ...);
	void (*cleanup)(void *easy);
	void *(*append)(void *list, const char *line);
	void (*free_list)(void *list);
	const char *(*strerror)(int code);
};

static bool
load(struct curl *c)
{
	static const char *const files[] = {"libcurl.so.4", "libcurl-gnutls.so.4", NULL};
	const struct {
		const char *name;
		void *to;
	} wanted[] = {{"curl_easy_init", &c->init}, {"curl_easy_setopt", &c->setopt},
		{"curl_easy_perform", &c->perform}, {"curl_easy_getinfo", &c->getinfo},
		{"curl_easy_cleanup", &c->cleanup}, {"curl_slist_append", &c->append},
		{"curl_slist_free_all", &c->free_list}, {"curl_easy_strerror", &c->strerror}};
	for (size_t i = 0; files[i] && !c->lib; i++)
		c->lib = dlopen(files[i], RTLD_NOW | RTLD_LOCAL);
	for (size_t i = 0; c->lib && i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		void *f = dlsym(c->lib, wanted[i].name);
		if (!f)
			return false;
		memcpy(wanted[i].to, &f, sizeof(f));
	}
	return c->lib != NULL;
}

static size_t
ignore(const char *p, size_t size, size_t n, void *arg)
{
	(void)p;
	(void)arg;
	return size * n;
}

static void
set_up(const struct curl *c, void *easy, const struct http_post *p, const char *url)
{
	const char *trusted = getenv("CURL_CA_BUNDLE");
	if (!trusted || !*trusted)
		trusted = getenv("SSL_CERT_FILE");
	if (trusted && *trusted)
		(void)c->setopt(easy, OPT_CAINFO, trusted);
	(void)c->setopt(easy, OPT_URL, url);
	(void)c->setopt(easy, OPT_POSTFIELDS, p->body);
	(void)c->setopt(easy, OPT_POSTFIELDSIZE, (long)p->n);
	(void)c->setopt(easy, OPT_TIMEOUT_MS, (long)p->timeout_ms);
	(void)c->setopt(easy, OPT_NOSIGNAL, 1L);
	(void)c->setopt(easy, OPT_WRITEFUNCTION, ignore);
	(void)c->setopt(easy, OPT_WRITEDATA, (void *)NULL);
}

static int
perform(const struct curl *c, const struct http_post *p, int *status, struct err *e)
{
	struct str text = {0};
	bool six = strchr(p->to->host, ':') != NULL;
	void *easy = c->init(), *headers = NULL;
	long code = 0;
	int rc = -1, failed = 1;
	if (!easy)
		return err_set(e, MLC_FILE, "libcurl cannot be used");
	str_addf(&text, "Content-Type: %s", p->type);
	headers = c->append(headers, text.s);
	headers = c->append(headers, "Expect:");
	if (p->bearer) {
		str_reset(&text);
		str_addf(&text, "Authorization: Bearer %s", p->bearer);
		headers = c->append(headers, text.s);
	}
	str_reset(&text);
	str_addf(&text, "https://%s%s%s:%s%s", six ? "[" : "", p->to->host, six ? "]" : "",
		p->to->port, p->to->path);
	set_up(c, easy, p, text.s);
	(void)c->setopt(easy, OPT_HTTPHEADER, headers);
	failed = c->perform(easy);
	if (failed)
		err_set(e, MLC_FILE, "%s", c->strerror(failed));
	else if (c->getinfo(easy, INFO_RESPONSE_CODE, &code) == 0) {
		*status = (int)code;
		rc = 0;
	} else
		err_set(e, MLC_FILE, "the answer has no status");
	c->cleanup(easy);
	c->free_list(headers);
	str_fini(&text);
	return rc;
}

int
https__post(const struct http_post *p, int *status, struct err *e)
{
	struct curl c = {0};
	int rc;
	if (load(&c))
		rc = perform(&c, p, status, e);
	else {
		err_set(e, MLC_FILE, "https needs libcurl, which is not installed");
		rc = err_help(e, "install libcurl4, or send to an http:// proxy");
	}
	if (c.lib)
		(void)dlclose(c.lib);
	return rc;
}
