/* SPDX-License-Identifier: Apache-2.0
 * Metrics, parameters and tags by the rules of MLflow's own store, which SQLite does not enforce:
 *
 *	key        250 characters of [/\w.\- :], no empty, "." or ".." part between slashes
 *	metric     NaN is 0 with is_nan = 1, +-Inf is +-DBL_MAX; the same point twice is one point;
 *	           latest_metrics holds the greatest by (step, timestamp, value)
 *	parameter  written once; 6,000 characters, longer ones are cut
 *	tag        the last value stays; 5,000 characters, longer ones are cut
 *
 * Bytes that are no UTF-8 would make Python fail on the whole row, so they become U+FFFD. */
#include "registry/store.h"

#include <float.h>
#include <math.h>

#define KEY_MAX 250
#define PARAM_MAX 6000
#define TAG_MAX 5000

/* The length of the UTF-8 character at s, or 0 if its bytes are none. Reads no further than a NUL. */
static size_t
character(const unsigned char *s)
{
	static const struct {
		unsigned char mask, lead;
		uint32_t least; /* smaller ones are overlong */
	} forms[] = {
		{0x80, 0x00, 0}, {0xe0, 0xc0, 0x80}, {0xf0, 0xe0, 0x800}, {0xf8, 0xf0, 0x10000}};

	for (size_t n = 0; n < 4; n++) {
		uint32_t point = *s & ~forms[n].mask & 0xffu;

		if ((*s & forms[n].mask) != forms[n].lead)
			continue;
		for (size_t i = 1; i <= n; i++) {
			if ((s[i] & 0xc0) != 0x80)
				return 0;
			point = point << 6 | (s[i] & 0x3fu);
		}
		if (point < forms[n].least || point > 0x10ffff ||
			(point >= 0xd800 && point < 0xe000))
			return 0;
		return n + 1;
	}
	return 0;
}

const char *
text__fit(struct str *buf, const char *s, size_t max)
{
	const char *p = s;
	size_t n = 0, len;

	if (!s)
		return "";
	while (*p && n < max && (len = character((const unsigned char *)p)) > 0) {
		p += len;
		n++;
	}
	if (!*p)
		return s;
	str_reset(buf);
	str_addn(buf, s, (size_t)(p - s));
	for (; *p && n < max; n++) {
		len = character((const unsigned char *)p);
		str_addn(buf, len ? p : "\xef\xbf\xbd", len ? len : 3);
		p += len ? len : 1;
	}
	return buf->s;
}

static bool
is_key_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		(c && strchr("_/.- :", c)) || (unsigned char)c >= 0x80;
}

/* True if s is a path that posixpath.normpath leaves alone, and not one that leads upwards. */
static bool
is_normal(const char *s)
{
	if (str_starts(s, ".."))
		return false;
	for (;; s++) {
		size_t n = strcspn(s, "/");

		if (n == 0 || (n == 1 && s[0] == '.') || (n == 2 && memcmp(s, "..", 2) == 0))
			return false;
		s += n;
		if (!*s)
			return true;
	}
}

bool
record_key_ok(const char *key)
{
	struct str buf = {0};
	bool ok = key && is_normal(key);

	for (const char *p = key; ok && *p; p++)
		ok = is_key_char(*p);
	ok = ok && text__fit(&buf, key, KEY_MAX) == key;
	str_fini(&buf);
	return ok;
}

static int
check_key(const char *kind, const char *key, struct err *e)
{
	if (record_key_ok(key))
		return 0;
	err_set(e, MLC_NAME, "`%.300s` cannot be the name of a %s", key ? key : "", kind);
	return err_help(e,
		"MLflow allows up to 250 letters, digits and any of _ - . : / and blank, "
		"with no empty or dotted part between slashes");
}

static const char SQL_ADD_METRIC[] =
	"INSERT OR IGNORE INTO metrics (key, value, timestamp, run_uuid, step, is_nan)"
	" VALUES (?, ?, ?, ?, ?, ?)";
static const char SQL_SET_LATEST[] =
	"INSERT INTO latest_metrics (key, value, timestamp, run_uuid, step, is_nan)"
	" VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET"
	" value = excluded.value, timestamp = excluded.timestamp, step = excluded.step,"
	" is_nan = excluded.is_nan"
	" WHERE (excluded.step, excluded.timestamp, excluded.value) > (step, timestamp, value)";

int
value__metric(struct store *s, const char *run_id, const struct metric *m, struct err *e)
{
	int64_t nan = isnan(m->value);
	double v = nan ? 0 : isinf(m->value) ? copysign(DBL_MAX, m->value) : m->value;

	if (check_key("metric", m->key, e) < 0)
		return -1;
	if (db_run(s->db, e, SQL_ADD_METRIC, "sdisii", m->key, v, m->time_ms, run_id, m->step,
		    nan) < 0)
		return -1;
	return db_run(
		s->db, e, SQL_SET_LATEST, "sdisii", m->key, v, m->time_ms, run_id, m->step, nan);
}

static const char SQL_LATEST[] =
	"SELECT value, is_nan FROM latest_metrics WHERE key = ? AND run_uuid = ?";

int
value__latest(struct store *s, const char *run_id, const char *key, double *out, struct err *e)
{
	struct rows *rows = NULL;
	int rc = db_query(s->db, &rows, e, SQL_LATEST, "ss", key, run_id);

	if (rc == 0)
		rc = rows_next(rows, e);
	if (rc == 1)
		*out = rows_i64(rows, 1) ? (double)NAN : rows_f64(rows, 0);
	rows_end(rows);
	return rc;
}

static const char SQL_SET_TAG[] = "INSERT INTO tags (key, value, run_uuid) VALUES (?, ?, ?)"
				  " ON CONFLICT DO UPDATE SET value = excluded.value";

int
value__tag(struct store *s, const char *run_id, const char *key, const char *value, struct err *e)
{
	struct str buf = {0};
	int rc = check_key("tag", key, e);

	if (rc == 0)
		rc = db_run(
			s->db, e, SQL_SET_TAG, "sss", key, text__fit(&buf, value, TAG_MAX), run_id);
	str_fini(&buf);
	return rc;
}

static const char SQL_ADD_PARAM[] =
	"INSERT INTO params (key, value, run_uuid) VALUES (?, ?, ?) ON CONFLICT DO NOTHING";
static const char SQL_SAME_PARAM[] = "SELECT value = ? FROM params WHERE key = ? AND run_uuid = ?";

static int
add_param(struct store *s, const struct run_id *r, const struct tag *p, struct err *e)
{
	struct str buf = {0};
	const char *value = text__fit(&buf, p->value, PARAM_MAX);
	int64_t same = 1;
	int rc = check_key("parameter", p->key, e);

	if (rc == 0)
		rc = db_run(s->db, e, SQL_ADD_PARAM, "sss", p->key, value, r->id);
	if (rc == 0 && db_changes(s->db) == 0)
		rc = db_get_i64(s->db, &same, e, SQL_SAME_PARAM, "sss", value, p->key, r->id);
	if (rc >= 0 && !same)
		rc = err_set(e, MLC_STORE,
			"the parameter `%s` of run %s has a value already, and parameters never "
			"change",
			p->key, r->name);
	str_fini(&buf);
	return rc < 0 ? -1 : 0;
}

int
run_params(
	struct store *s, const struct run_id *r, const struct tag *params, size_t n, struct err *e)
{
	int rc = db_begin(s->db, e);

	if (rc < 0)
		return -1;
	for (size_t i = 0; rc == 0 && i < n; i++)
		rc = add_param(s, r, &params[i], e);
	if (rc == 0)
		rc = db_commit(s->db, e);
	if (rc < 0)
		db_rollback(s->db);
	return rc;
}

int
run_tags(struct store *s, const struct run_id *r, const struct tag *tags, size_t n, struct err *e)
{
	int rc = db_begin(s->db, e);

	if (rc < 0)
		return -1;
	for (size_t i = 0; rc == 0 && i < n; i++)
		rc = value__tag(s, r->id, tags[i].key, tags[i].value, e);
	if (rc == 0)
		rc = db_commit(s->db, e);
	if (rc < 0)
		db_rollback(s->db);
	return rc;
}
