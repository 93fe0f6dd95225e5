/* SPDX-License-Identifier: Apache-2.0
 * What a program reports, one JSON object a line, while it runs:
 *
 *	{"metric": "auc", "value": 0.93, "step": 1}      step may be left out
 *	{"tag": "note", "value": "first try"}
 *	{"progress": 30, "total": 100}
 *	{"artifact": "roc.png", "path": "roc.png"}       a file in its working folder
 *	{"register": "loan", "port": "model", "alias": "champion", "if": "auc > champion"}
 *
 * A file, because every language can append to one. */
#include "pipeline/command_run.h"

#include <fcntl.h>
#include <unistd.h>

#define REPORT_MAX (16u << 20)

struct line {
	const char *metric, *tag, *artifact,
		*model; /* arena; which of them is there says what it is */
	const char *text, *path, *port, *alias, *condition;
	double value;
	int64_t step, done, total;
	bool has_value, has_text, has_progress;
};

static void
read_value(struct jr *j, struct arena *a, struct line *l)
{
	if (jr_peek(j) == J_STRING) {
		l->text = arena_strdup(a, jr_str(j));
		l->has_text = true;
	} else {
		l->value = jr_f64(j);
		l->has_value = true;
	}
}

static int
parse(struct arena *a, const char *text, size_t len, struct line *l, struct err *e)
{
	const struct {
		const char *key;
		const char **into;
	} texts[] = {{"metric", &l->metric}, {"tag", &l->tag}, {"artifact", &l->artifact},
		{"register", &l->model}, {"path", &l->path}, {"port", &l->port},
		{"alias", &l->alias}, {"if", &l->condition}};
	const struct {
		const char *key;
		int64_t *into;
	} numbers[] = {{"step", &l->step}, {"progress", &l->done}, {"total", &l->total}};
	struct jr j;
	const char *key;
	jr_init(&j, text, len);
	if (jr_object(&j))
		while (jr_next(&j, &key)) {
			if (str_eq(key, "value")) {
				read_value(&j, a, l);
				continue;
			}
			l->has_progress |= str_eq(key, "progress");
			bool known = false;
			for (size_t i = 0; !known && i < sizeof(texts) / sizeof(*texts); i++)
				if ((known = str_eq(key, texts[i].key)))
					*texts[i].into = arena_strdup(a, jr_str(&j));
			for (size_t i = 0; !known && i < sizeof(numbers) / sizeof(*numbers); i++)
				if ((known = str_eq(key, numbers[i].key)))
					*numbers[i].into = jr_i64(&j);
			if (!known)
				jr_skip(&j);
		}
	return jr_done(&j, e);
}

static int
add_artifact(struct command_run *r, const struct line *l, struct err *e)
{
	struct mlf_ctx *pub = &r->c->pub;
	struct str content = {0};
	int fd = l->path ? open(l->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK) : -1;
	int rc = fd < 0 ? err_errno(e, MLC_NODE_OUTPUT, "artifact `%s`: cannot open %s",
				  l->artifact, l->path ? l->path : "a file without `path`")
			: file_read_fd(fd, l->path, &content, e);
	if (fd >= 0)
		close(fd);
	if (rc == 0)
		pub->host->artifact(pub, l->artifact, str_text(&content), content.len);
	str_fini(&content);
	return rc;
}

/* Does what the line says; -1 if it says nothing that is known. */
static int
obey(struct command_run *r, const struct line *l, struct err *e)
{
	struct mlf_ctx *pub = &r->c->pub;
	if (l->metric && l->has_value)
		pub->host->metric(pub, l->metric, l->value, l->step);
	else if (l->tag && l->has_text)
		pub->host->tag(pub, l->tag, l->text);
	else if (l->artifact)
		return add_artifact(r, l, e);
	else if (l->model && l->port)
		pub->host->want_registered(pub, l->model, l->port, l->alias, l->condition);
	else if (l->has_progress)
		pub->host->progress(pub, l->done, l->total);
	else {
		err_set(e, MLC_NODE_OUTPUT, "it is no metric, tag, progress, artifact or register");
		return err_help(e,
			"{\"metric\": \"auc\", \"value\": 0.9}, "
			"{\"tag\": \"key\", \"value\": \"text\"}, "
			"{\"progress\": 1, \"total\": 10}");
	}
	return 0;
}

static void
take_line(struct command_run *r, const char *text, size_t len)
{
	struct line l = {0};
	struct err e;
	r->report.line++;
	while (len && (text[len - 1] == '\r' || text[len - 1] == ' '))
		len--;
	if (len == 0)
		return;
	if (parse(r->c->arena, text, len, &l, &e) == 0 && obey(r, &l, &e) == 0)
		return;
	e.line = 0; /* of the text; which line it is, the message says */
	e.code = MLC_NODE_OUTPUT;
	err_wrap(&e, "node `%s`, line %d of its report", r->c->job->node, r->report.line);
	ctx_fail(r->c, &e);
}

void
report_take(struct command_run *r, bool over)
{
	struct report *rep = &r->report;
	char buf[8192];
	ssize_t n;
	while (rep->bytes < REPORT_MAX && (n = read(rep->fd, buf, sizeof(buf))) > 0) {
		str_addn(&rep->text, buf, (size_t)n);
		rep->bytes += (uint64_t)n;
	}
	const char *p = str_text(&rep->text), *end = p + rep->text.len, *nl;
	for (; (nl = memchr(p, '\n', (size_t)(end - p))); p = nl + 1)
		take_line(r, p, (size_t)(nl - p));
	struct str rest = {0};
	str_addn(&rest, p, (size_t)(end - p));
	str_fini(&rep->text);
	rep->text = rest;
	if (over && rest.len)
		take_line(r, rest.s, rest.len);
	if (rep->bytes >= REPORT_MAX) {
		struct err e;
		err_set(&e, MLC_NODE_OUTPUT, "node `%s` reports more than 16 MiB", r->c->job->node);
		ctx_fail(r->c, &e);
	}
}
