/* SPDX-License-Identifier: Apache-2.0
 * Connections, statements, and what the server says of them: its words, its code (SQLSTATE), and what
 * to do about it.
 *
 * No message shows a password. libpq quotes a connection string that it does not understand, so what it
 * says of one is not repeated; in everything else the password is masked wherever it stands. */
#include "datasets/postgres/postgres.h"

#include <stdlib.h>
#include <string.h>

/* Values are compared and shown in UTC; no statement waits for ever for a lock. What is committed is on
 * the disk of the server, because the stage is removed afterwards. */
static const char settings[] =
	"SET TimeZone = 'UTC'; SET client_min_messages = warning; SET lock_timeout = '20s';"
	" SET standard_conforming_strings = on; SET synchronize_seqscans = off;"
	" SELECT set_config('synchronous_commit', 'on', false)"
	" WHERE current_setting('synchronous_commit') IN ('off', 'local')";

int
say(struct mlf_dataset_host *h, int64_t row, const char *text, const char *advice)
{
	struct mlf_data_fault fault = {.row = row, .text = text, .advice = advice};

	return mlf_data_fail(h, &fault);
}

/* --- connection strings -------------------------------------------------------------------------- */

static const char *
value_of(const PQconninfoOption *list, const char *key)
{
	for (; list && list->keyword; list++)
		if (strcmp(list->keyword, key) == 0 && list->val && *list->val)
			return list->val;
	return NULL;
}

/* NULL after a report; PQconninfoFree it. */
static PQconninfoOption *
parse_con(struct mlf_dataset_host *h, const char *con)
{
	char *why = NULL; /* may quote the string, and so the password: not shown */
	PQconninfoOption *list = *con ? PQconninfoParse(con, &why) : NULL;

	PQfreemem(why);
	if (!list)
		(void)mlf_option_fail(h, "credentials", "con",
			"`con` cannot be understood as a connection string of PostgreSQL",
			"write postgresql://user:password@host:5432/database, with %XX for what is "
			"no letter or digit in user and password");
	return list;
}

/* What leads to the same database is to give the same text. */
int
place_of(struct mlf_dataset_host *h, const char *con, struct text *place)
{
	PQconninfoOption *list = parse_con(h, con), *rest = list ? PQconndefaults() : NULL;
	const char *host, *port, *database;

	if (!list)
		return -1;
	host = value_of(list, "host");
	if (!host)
		host = value_of(list, "hostaddr");
	if (!host)
		host = value_of(list, "service");
	if (!host)
		host = value_of(rest, "host");
	port = value_of(list, "port");
	if (!port)
		port = value_of(rest, "port");
	database = value_of(list, "dbname");
	if (!database)
		database = value_of(list, "user");
	if (!database)
		database = value_of(rest, "user");
	text_add_part(place, host ? host : "");
	text_add(place, ":");
	text_add_part(place, port ? port : "5432");
	text_add(place, "/");
	text_add_part(place, database ? database : "");
	PQconninfoFree(list);
	PQconninfoFree(rest);
	return 0;
}

/* --- messages ------------------------------------------------------------------------------------ */

static void
add_masked(struct text *t, const char *s, const char *secret)
{
	size_t n = secret ? strlen(secret) : 0;

	while (*s)
		if (n && strncmp(s, secret, n) == 0) {
			text_add(t, "***");
			s += n;
		} else {
			text_addn(t, s, 1);
			s++;
		}
}

static const char *
way_out(const char *state)
{
	static const struct {
		const char *state, *text; /* a code, or the beginning of some */
	} ways[] = {
		{"22",
			"the server cannot take or make this value: correct it, or cast it in "
			"`query`"},
		{"23",
			"the table promises something that these rows break; nothing of them was "
			"written"},
		{"2BP01",
			"something in the database is built on the table: alter the table by "
			"hand, or write the columns it has"},
		{"40", "another session was in the way: run it again"},
		{"42501", "the user of the connection may not do that: GRANT it, or use another"},
		{"42601", "correct `query`: it is one SELECT, as psql takes it"},
		{"42P01", "run the node that writes it, or correct `table` and `schema`"},
		{"3F000", "make the schema, or correct `schema`: CREATE SCHEMA ..."},
		{"42P10",
			"`mode: upsert` needs a primary key or a unique index on the columns of "
			"`key`"},
		{"53", "the server is short of room or memory: make some and run it again"},
		{"55P03", "another session holds the table locked: let it finish"},
		{"57014", "the server has a limit of time for statements (statement_timeout)"},
		{"25006", "the server takes no writes: it is a standby, or a query wants to write"},
		{"57P", "the server is going down or coming up: run it again when it is there"},
		{"08", "the connection to the server broke: run it again"},
	};

	for (size_t i = 0; state && i < sizeof(ways) / sizeof(ways[0]); i++)
		if (strncmp(ways[i].state, state, strlen(ways[i].state)) == 0)
			return ways[i].text;
	return NULL;
}

static const char *
way_in(PGconn *conn)
{
	if (PQconnectionNeedsPassword(conn))
		return "the server wants a password: write it into `con` of the credentials, as "
		       "postgresql://user:password@host/database";
	if (PQconnectionUsedPassword(conn))
		return "correct user and password in `con` of the credentials";
	return "see that the server runs, and that `con` of the credentials names it";
}

/* One line: the server's texts may have several. */
static void
flatten(struct text *t)
{
	while (t->n && strchr("\r\n\t ", t->s[t->n - 1]))
		t->s[--t->n] = '\0';
	for (size_t i = 0; i < t->n; i++)
		if (strchr("\r\n\t", t->s[i]))
			t->s[i] = ' ';
}

int
session_fail(struct session *s, const PGresult *r, int64_t row)
{
	const char *words = r ? PQresultErrorField(r, PG_DIAG_MESSAGE_PRIMARY) : NULL;
	const char *state = r ? PQresultErrorField(r, PG_DIAG_SQLSTATE) : NULL;
	const char *hint = r ? PQresultErrorField(r, PG_DIAG_MESSAGE_HINT) : NULL;
	const char *advice = way_out(state);
	struct text text = {0}, help = {0};

	add_masked(&text, words ? words : PQerrorMessage(s->conn), s->password);
	if (!text.n)
		text_add(&text, "the server gives no reason");
	flatten(&text);
	if (state)
		text_addf(&text, " (SQLSTATE %s)", state);
	else
		advice = way_out("08");
	add_masked(&help, advice ? advice : hint ? hint : "", s->password);
	flatten(&help);
	(void)say(s->h, row, text.s, help.n ? help.s : NULL);
	text_fini(&text);
	text_fini(&help);
	return -1;
}

/* --- connecting ---------------------------------------------------------------------------------- */

static void
be_quiet(void *arg, const PGresult *r)
{
	(void)arg;
	(void)r;
}

static void
keep_password(struct session *s, const char *password)
{
	size_t n = password ? strlen(password) : 0;

	if (!n)
		return;
	s->password = get_memory(n + 1);
	memcpy(s->password, password, n);
}

static int
cannot_connect(struct session *s)
{
	struct text text = {0};

	add_masked(&text, PQerrorMessage(s->conn), s->password);
	flatten(&text);
	(void)say(s->h, 0, text_of(&text), way_in(s->conn));
	text_fini(&text);
	session_close(s);
	return -1;
}

int
session_open(struct session *s, struct mlf_dataset_host *h, const char *con)
{
	static const char *const keys[] = {
		"connect_timeout", "fallback_application_name", "dbname", "client_encoding", NULL};
	const char *const values[] = {"10", "mlflow-c", con, "UTF8", NULL};
	PQconninfoOption *list = parse_con(h, con);

	*s = (struct session){.h = h};
	if (!list)
		return -1;
	keep_password(s, value_of(list, "password"));
	PQconninfoFree(list);
	s->conn = PQconnectdbParams(keys, values, 1);
	if (PQstatus(s->conn) != CONNECTION_OK)
		return cannot_connect(s);
	(void)PQsetNoticeReceiver(s->conn, be_quiet, NULL);
	if (session_run(s, settings) == 0)
		return 0;
	session_close(s);
	return -1;
}

void
session_close(struct session *s)
{
	PQfinish(s->conn);
	free(s->password);
	*s = (struct session){.h = s->h};
}

/* --- statements ---------------------------------------------------------------------------------- */

int
session_run(struct session *s, const char *sql)
{
	PGresult *r = PQexec(s->conn, sql);
	ExecStatusType status = PQresultStatus(r);
	bool good = status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;

	if (!good)
		(void)session_fail(s, r, 0);
	PQclear(r);
	return good ? 0 : -1;
}

PGresult *
session_query(struct session *s, const char *sql, const char *a, const char *b)
{
	const char *const values[] = {a, b};
	PGresult *r = PQexecParams(s->conn, sql, a ? b ? 2 : 1 : 0, NULL, values, NULL, NULL, 0);

	if (PQresultStatus(r) == PGRES_TUPLES_OK)
		return r;
	(void)session_fail(s, r, 0);
	PQclear(r);
	return NULL;
}

int
session_asks(struct session *s, const char *sql, const char *a, const char *b)
{
	PGresult *r = session_query(s, sql, a, b);
	int rows = r ? PQntuples(r) : -1;

	PQclear(r);
	return rows < 0 ? -1 : rows > 0;
}
