/* SPDX-License-Identifier: Apache-2.0
 * What is told about a contract in the end: as JSON, all checks; as an error, the broken ones.
 *
 * Values never appear, only rows: what is wrong about a row is often just what nobody may read. */
#include "contract/contract.h"

void
contract_result_fini(struct contract_result *r)
{
	free(r->checks);
	*r = (struct contract_result){0};
}

enum check_status
check_status(const struct check_result *c)
{
	if (c->error)
		return CHECK_ERROR;
	if (c->skipped)
		return CHECK_SKIPPED;
	if (c->passed)
		return c->on_fail >= ON_FAIL_DROP && c->failed ? CHECK_WARN : CHECK_PASS;
	return c->on_fail == ON_FAIL_WARN    ? CHECK_WARN
		: c->on_fail == ON_FAIL_INFO ? CHECK_INFO
					     : CHECK_FAIL;
}

const char *
check_status_name(const struct check_result *c)
{
	static const char *const names[] = {"pass", "warn", "warn", "fail", "error", "error"};

	return names[check_status(c)];
}

const char *
check_severity(const struct check_result *c)
{
	return c->on_fail == ON_FAIL_WARN    ? "warning"
		: c->on_fail == ON_FAIL_INFO ? "info"
					     : "error";
}

bool
check_is_broken(const struct check_result *c)
{
	return check_status(c) == CHECK_FAIL ||
		(check_status(c) == CHECK_ERROR && c->on_fail != ON_FAIL_WARN &&
			c->on_fail != ON_FAIL_INFO);
}

const char *
on_fail_name(enum on_fail on_fail)
{
	static const char *const names[] = {"fail", "warn", "info", "drop", "quarantine"};

	return names[on_fail];
}

static void
check_json(const struct check_result *c, struct jw *w)
{
	jw_object(w);
	jw_kv_str(w, "id", c->id);
	jw_kv_str(w, "column", c->column);
	jw_kv_str(w, "metric", c->metric);
	jw_kv_str(w, "rule", c->rule);
	jw_kv_str(w, "status", check_status_name(c));
	jw_kv_str(w, "severity", check_severity(c));
	jw_kv_str(w, "expected", c->expected);
	jw_kv_str(w, "observed", c->found);
	jw_kv_str(w, "on_fail", on_fail_name(c->on_fail));
	jw_kv_i64(w, "failed_rows", c->failed);
	jw_key(w, "failed_percent");
	jw_f64(w, c->percent);
	jw_key(w, "sample");
	jw_array(w);
	for (int i = 0; i < c->n_samples; i++)
		jw_i64(w, c->sample[i]);
	jw_end(w, ']');
	jw_kv_bool(w, "skipped", check_status(c) == CHECK_SKIPPED);
	jw_kv_bool(w, "second_pass", c->second_pass);
	jw_kv_str(w, "file", c->at.file);
	jw_kv_i64(w, "line", c->at.line);
	jw_kv_i64(w, "col", c->at.col);
	jw_end(w, '}');
}

void
contract_result_fields(const struct contract_result *r, struct jw *w)
{
	size_t of[CHECK_SKIPPED + 1] = {0};

	for (size_t i = 0; i < r->n; i++)
		of[check_status(&r->checks[i])]++;
	jw_kv_str(w, "contract", r->contract);
	jw_kv_str(w, "contract_id", r->id);
	jw_kv_str(w, "version", r->version);
	jw_kv_str(w, "run_id", r->run_id);
	jw_kv_str(w, "dataset", r->dataset);
	jw_kv_bool(w, "success", r->n_failed == 0);
	jw_key(w, "statistics");
	jw_object(w);
	jw_kv_i64(w, "checks", (int64_t)r->n);
	jw_kv_i64(w, "passed", (int64_t)of[CHECK_PASS]);
	jw_kv_i64(w, "warned", (int64_t)(of[CHECK_WARN] + of[CHECK_INFO]));
	jw_kv_i64(w, "failed", (int64_t)of[CHECK_FAIL]);
	jw_kv_i64(w, "errors", (int64_t)(of[CHECK_ERROR] + of[CHECK_SKIPPED]));
	jw_key(w, "passed_percent");
	jw_f64(w, r->n ? 100.0 * (double)of[CHECK_PASS] / (double)r->n : 100.0);
	jw_kv_i64(w, "info", (int64_t)of[CHECK_INFO]);       /* of those that warned */
	jw_kv_i64(w, "skipped", (int64_t)of[CHECK_SKIPPED]); /* of the errors */
	jw_kv_i64(w, "rows", r->rows);
	jw_kv_i64(w, "dropped_rows", r->dropped);
	jw_kv_i64(w, "quarantined_rows", r->quarantined);
	jw_end(w, '}');
	jw_key(w, "checks");
	jw_array(w);
	for (size_t i = 0; i < r->n; i++)
		check_json(&r->checks[i], w);
	jw_end(w, ']');
}

void
contract_result_json(const struct contract_result *r, struct jw *w)
{
	jw_object(w);
	contract_result_fields(r, w);
	jw_end(w, '}');
}

/* One line of the note. */
#define SHOWN_SAMPLES 10
static void
add_line(struct str *s, const struct check_result *c, int wide_rule, int wide_column)
{
	str_addf(s, "%-*s  %-*s  expected %s, found %s", wide_rule, c->rule, wide_column,
		c->column ? c->column : "(table)", c->expected, c->found);
	for (int i = 0; i < c->n_samples && i < SHOWN_SAMPLES; i++)
		str_addf(s, "%s%lld",
			i                           ? ", "
				: c->n_samples == 1 ? ": row "
						    : ": rows ",
			(long long)c->sample[i]);
	if (c->n_samples &&
		c->failed > (c->n_samples < SHOWN_SAMPLES ? c->n_samples : SHOWN_SAMPLES))
		str_add(s, ", ...");
}

static int
widest(int so_far, const char *text)
{
	int n = term_width_of(text);

	return n > so_far ? n : so_far;
}

/* As many lines as a note holds whole; then how many more there are. */
static void
add_table(const struct contract_result *r, struct err *e)
{
	struct str line = {0};
	int wide_rule = 0, wide_column = 0;
	size_t shown = 0, room = sizeof(e->note) - 32;

	for (size_t i = 0; i < r->n; i++) {
		if (!check_is_broken(&r->checks[i]))
			continue;
		wide_rule = widest(wide_rule, r->checks[i].rule);
		wide_column =
			widest(wide_column, r->checks[i].column ? r->checks[i].column : "(table)");
	}
	for (size_t i = 0; i < r->n; i++) {
		if (!check_is_broken(&r->checks[i]))
			continue;
		str_reset(&line);
		add_line(&line, &r->checks[i], wide_rule, wide_column);
		if (shown && line.len + 1 > room)
			break;
		err_note(e, "%s", str_text(&line));
		room -= line.len + 1 < room ? line.len + 1 : room;
		shown++;
	}
	if (shown < r->n_failed)
		err_note(e, "... and %zu more", r->n_failed - shown);
	str_fini(&line);
}

int
contract_error(const struct contract_result *r, const char *dataset, struct err *e)
{
	const struct check_result *first = NULL;

	for (size_t i = 0; i < r->n && !first; i++)
		first = check_is_broken(&r->checks[i]) ? &r->checks[i] : NULL;
	err_set(e, MLC_CONTRACT, "`%s` breaks %zu of the %zu promises of its contract", dataset,
		r->n_failed, r->n);
	if (!first || !e)
		return -1;
	err_at(e, &first->at, first->rule);
	err_help(e,
		"correct the data or the node that makes it; if the promise is wrong, change it "
		"here");
	add_table(r, e);
	return -1;
}
