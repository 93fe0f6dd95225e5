/* SPDX-License-Identifier: Apache-2.0
 * From contract results to JUnit XML. Warnings and infos are passed cases whose system-out says what
 * was found: JUnit knows no third state between passed and failed. A check that could not be made is
 * an error if it counts as a failure; one whose column was not there is skipped, since the column's
 * own check says so. */
#include "cmd/junit.h"
#include "cmd/check_case.h"

#include <fcntl.h>

/* What a result says about itself. */
struct origin {
	struct str contract, contract_id, version, run_id; /* owned */
};

static void
add_found(struct str *out, const struct check_case *c)
{
	str_add(out, "expected ");
	str_add_xml(out, str_text(&c->expected));
	str_add(out, ", found ");
	str_add_xml(out, str_text(&c->observed));
}

static bool
is_failure(const struct check_case *c)
{
	return str_eq(str_text(&c->status), "fail");
}

static bool
is_error(const struct check_case *c)
{
	return !c->skipped && str_eq(str_text(&c->status), "error") &&
		str_eq(str_text(&c->severity), "error");
}

/* What stands inside of a case that did not simply pass. */
static void
add_outcome(struct str *out, const struct check_case *c)
{
	const char *status = str_text(&c->status);

	if (str_eq(status, "pass")) {
		str_add(out, "/>\n");
		return;
	}
	if (is_failure(c) || is_error(c)) {
		const char *element = is_failure(c) ? "failure" : "error";

		str_addf(out, ">\n      <%s message=\"", element);
		add_found(out, c);
		str_add(out, "\">");
		str_add_xml(out, str_text(&c->file));
		str_addf(out, ":%lld:%lld</%s>\n", (long long)c->line, (long long)c->col, element);
	} else if (c->skipped) {
		str_add(out, ">\n      <skipped/>\n");
	} else {
		const char *severity = str_text(&c->severity);

		str_addf(out,
			">\n      <system-out>%s: ", str_eq(severity, "info") ? severity : status);
		add_found(out, c);
		str_add(out, "</system-out>\n");
	}
	str_add(out, "    </testcase>\n");
}

static void
add_case(struct junit *of, struct str *out, const char *dataset, const struct check_case *c)
{
	of->tests++;
	of->failures += is_failure(c);
	of->errors += is_error(c);
	of->skipped += c->skipped;
	str_add(out, "    <testcase classname=\"");
	str_add_xml(out, dataset);
	str_add(out, "\" name=\"");
	if (c->id.len) {
		str_add_xml(out, str_text(&c->id));
	} else { /* of a run that is on record from before there were ids */
		str_add_xml(out, c->column.len ? str_text(&c->column) : "(table)");
		str_addc(out, ' ');
		str_add_xml(out, str_text(&c->rule));
	}
	str_add(out, "\"");
	add_outcome(out, c);
}

static void
add_property(struct str *out, const char *name, const struct str *value)
{
	if (!value->len)
		return;
	str_addf(out, "      <property name=\"%s\" value=\"", name);
	str_add_xml(out, str_text(value));
	str_add(out, "\"/>\n");
}

static void
read_result(
	struct jr *r, const char *dataset, struct origin *o, struct junit *own, struct str *cases)
{
	const struct text_key texts[] = {{"contract", &o->contract},
		{"contract_id", &o->contract_id}, {"version", &o->version}, {"run_id", &o->run_id},
		{NULL, NULL}};
	const char *key;

	if (!jr_object(r))
		return;
	while (jr_next(r, &key)) {
		if (json_text(r, key, texts))
			continue;
		if (!str_eq(key, "checks") || !jr_array(r)) {
			jr_skip(r);
			continue;
		}
		while (jr_next(r, &key)) {
			struct check_case c;

			check_case_read(r, &c);
			add_case(own, cases, dataset, &c);
			check_case_fini(&c);
		}
	}
}

static void
add_suite(struct str *out, const char *dataset, const struct origin *o, const struct junit *own,
	const struct str *cases)
{
	str_add(out, "  <testsuite name=\"");
	str_add_xml(out, dataset);
	str_addf(out, "\" tests=\"%lld\" failures=\"%lld\" errors=\"%lld\" skipped=\"%lld\">\n",
		(long long)own->tests, (long long)own->failures, (long long)own->errors,
		(long long)own->skipped);
	if (o->contract.len || o->version.len || o->run_id.len) {
		str_add(out, "    <properties>\n");
		add_property(out, "contract", &o->contract);
		add_property(out, "contract_id", &o->contract_id);
		add_property(out, "version", &o->version);
		add_property(out, "run_id", &o->run_id);
		str_add(out, "    </properties>\n");
	}
	str_add(out, str_text(cases));
	str_add(out, "  </testsuite>\n");
}

void
junit_add(struct junit *j, const char *dataset, const char *json)
{
	struct origin o = {.contract = {0}};
	struct junit own = {0};
	struct str cases = {0};
	struct jr r;

	jr_init(&r, json, strlen(json));
	read_result(&r, dataset, &o, &own, &cases);
	jr_fini(&r);
	add_suite(&j->suites, dataset, &o, &own, &cases);
	str_fini(&cases);
	str_fini(&o.contract);
	str_fini(&o.contract_id);
	str_fini(&o.version);
	str_fini(&o.run_id);
	j->tests += own.tests;
	j->failures += own.failures;
	j->errors += own.errors;
	j->skipped += own.skipped;
}

int
junit_write(struct junit *j, const char *path, struct err *e)
{
	struct str text = {0};

	str_addf(&text,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		"<testsuites name=\"contracts\" tests=\"%lld\" failures=\"%lld\" "
		"errors=\"%lld\" skipped=\"%lld\">\n",
		(long long)j->tests, (long long)j->failures, (long long)j->errors,
		(long long)j->skipped);
	str_add(&text, str_text(&j->suites));
	str_add(&text, "</testsuites>\n");
	int rc = file_publish_anywhere(AT_FDCWD, path, &text, e);
	str_fini(&text);
	str_fini(&j->suites);
	*j = (struct junit){0};
	return rc;
}
