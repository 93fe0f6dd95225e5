/* SPDX-License-Identifier: Apache-2.0
 * From contract results to JUnit XML. Warnings and infos are passed cases whose system-out says what
 * was found: JUnit knows no third state between passed and failed. */
#include "cmd/junit.h"

#include <fcntl.h>
#include <unistd.h>

struct test_case {
	struct str rule, column, status, expected, observed, file; /* owned */
	int64_t line;
};

/* Text of an XML attribute or element. Bytes that XML cannot hold become spaces. */
static void
add_xml(struct str *out, const char *s)
{
	for (; *s; s++)
		switch (*s) {
		case '&': str_add(out, "&amp;"); break;
		case '<': str_add(out, "&lt;"); break;
		case '>': str_add(out, "&gt;"); break;
		case '"': str_add(out, "&quot;"); break;
		default: str_addc(out, (unsigned char)*s < 0x20 ? ' ' : *s); break;
		}
}

static void
read_case(struct jr *r, struct test_case *c)
{
	const struct {
		const char *key;
		struct str *to;
	} texts[] = {{"rule", &c->rule}, {"column", &c->column}, {"status", &c->status},
		{"expected", &c->expected}, {"observed", &c->observed}, {"file", &c->file}};
	const char *key;

	if (!jr_object(r))
		return;
	while (jr_next(r, &key)) {
		size_t i = 0;

		for (; i < sizeof(texts) / sizeof(*texts) && !str_eq(key, texts[i].key); i++)
			;
		if (i < sizeof(texts) / sizeof(*texts)) {
			const char *text = jr_str(r);

			str_add(texts[i].to, text ? text : "");
		} else if (str_eq(key, "line")) {
			c->line = jr_i64(r);
		} else {
			jr_skip(r);
		}
	}
}

static void
add_found(struct str *out, const struct test_case *c)
{
	str_add(out, "expected ");
	add_xml(out, str_text(&c->expected));
	str_add(out, ", found ");
	add_xml(out, str_text(&c->observed));
}

/* What stands inside of a case that did not simply pass. */
static void
add_outcome(struct str *out, const struct test_case *c)
{
	const char *status = str_text(&c->status);

	if (str_eq(status, "pass")) {
		str_add(out, "/>\n");
		return;
	}
	if (str_eq(status, "fail")) {
		str_add(out, ">\n      <failure message=\"");
		add_found(out, c);
		str_add(out, "\">");
		add_xml(out, str_text(&c->file));
		str_addf(out, ":%lld</failure>\n", (long long)c->line);
	} else if (str_eq(status, "skipped")) {
		str_add(out, ">\n      <skipped/>\n");
	} else {
		str_addf(out, ">\n      <system-out>%s: ", status);
		add_found(out, c);
		str_add(out, "</system-out>\n");
	}
	str_add(out, "    </testcase>\n");
}

static void
add_case(struct junit *of, struct str *out, const char *dataset, const struct test_case *c)
{
	of->tests++;
	of->failures += str_eq(str_text(&c->status), "fail");
	of->skipped += str_eq(str_text(&c->status), "skipped");
	str_add(out, "    <testcase classname=\"");
	add_xml(out, dataset);
	str_add(out, "\" name=\"");
	add_xml(out, c->column.len ? str_text(&c->column) : "(table)");
	str_addc(out, ' ');
	add_xml(out, str_text(&c->rule));
	str_add(out, "\"");
	add_outcome(out, c);
}

static void
case_fini(struct test_case *c)
{
	str_fini(&c->rule);
	str_fini(&c->column);
	str_fini(&c->status);
	str_fini(&c->expected);
	str_fini(&c->observed);
	str_fini(&c->file);
}

void
junit_add(struct junit *j, const char *dataset, const char *json)
{
	struct junit own = {0};
	struct str cases = {0};
	const char *key;
	struct jr r;

	jr_init(&r, json, strlen(json));
	if (jr_object(&r))
		while (jr_next(&r, &key)) {
			if (!str_eq(key, "checks") || !jr_array(&r)) {
				jr_skip(&r);
				continue;
			}
			while (jr_next(&r, &key)) {
				struct test_case c = {.line = 0};

				read_case(&r, &c);
				add_case(&own, &cases, dataset, &c);
				case_fini(&c);
			}
		}
	jr_fini(&r);
	str_add(&j->suites, "  <testsuite name=\"");
	add_xml(&j->suites, dataset);
	str_addf(&j->suites, "\" tests=\"%lld\" failures=\"%lld\" skipped=\"%lld\">\n",
		(long long)own.tests, (long long)own.failures, (long long)own.skipped);
	str_add(&j->suites, str_text(&cases));
	str_add(&j->suites, "  </testsuite>\n");
	str_fini(&cases);
	j->tests += own.tests;
	j->failures += own.failures;
	j->skipped += own.skipped;
}

/* The folder of a path that is relative to the working folder, or absolute. */
static int
open_folder(const char *path, const char **name, struct err *e)
{
	const char *slash = strrchr(path, '/');
	char *folder = slash ? mem_strdup(path) : mem_strdup(".");
	int fd;

	if (slash)
		folder[slash == path ? 1 : slash - path] = '\0';
	*name = slash ? slash + 1 : path;
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		err_errno(e, MLC_FILE, "cannot open the folder %s", folder);
	free(folder);
	return fd;
}

int
junit_write(struct junit *j, const char *path, struct err *e)
{
	struct str text = {0};
	const char *name;
	int fd = open_folder(path, &name, e), rc = -1;

	str_addf(&text,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		"<testsuites name=\"contracts\" tests=\"%lld\" failures=\"%lld\" "
		"skipped=\"%lld\">\n",
		(long long)j->tests, (long long)j->failures, (long long)j->skipped);
	str_add(&text, str_text(&j->suites));
	str_add(&text, "</testsuites>\n");
	if (fd >= 0) {
		rc = file_publish(fd, name, text.s, text.len, e);
		close(fd);
	}
	str_fini(&text);
	str_fini(&j->suites);
	*j = (struct junit){0};
	return rc;
}
