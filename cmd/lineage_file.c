/* SPDX-License-Identifier: Apache-2.0
 * Events as lines of a file that others may append to at the same time: O_APPEND and one write for each
 * line, so lines never mix. A line that a full disk cut off is ended by whoever opens the file next. */
#include "cmd/lineage.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static bool
is_ragged(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;
	char last = '\n';
	if (fd < 0)
		return false;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0)
		(void)!pread(fd, &last, 1, st.st_size - 1);
	close(fd);
	return last != '\n';
}

/* Not blocking: a pipe that nobody reads must not hold the run. */
void
lineage_file_open(struct lineage_file *f, const char *path, const char *shown)
{
	*f = (struct lineage_file){.shown = shown, .fd = -1};
	if (!path)
		return;
	f->ragged = is_ragged(path);
	f->fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0666);
	if (f->fd < 0)
		err_errno(&f->why, MLC_FILE, "cannot append to %s", shown);
}

void
lineage_file_add(struct lineage_file *f, const struct str *event)
{
	struct str line = {0};
	if (f->fd < 0 || f->why.code)
		return;
	if (f->ragged)
		str_addc(&line, '\n');
	str_addn(&line, event->s, event->len);
	str_addc(&line, '\n');
	ssize_t n = write(f->fd, line.s, line.len);
	if (n >= 0 && (size_t)n < line.len) {
		errno = ENOSPC;
		n = -1;
	}
	if (n < 0)
		err_errno(&f->why, MLC_FILE, "cannot append to %s", f->shown);
	f->ragged = false;
	str_fini(&line);
}

void
lineage_file_close(struct lineage_file *f)
{
	if (f->fd >= 0 && close(f->fd) < 0 && !f->why.code)
		err_errno(&f->why, MLC_FILE, "cannot append to %s", f->shown);
	f->fd = -1;
}

/* ---- file and server */

void
lineage_out_open(struct lineage_out *o, const struct lineage_asked *asked)
{
	*o = (struct lineage_out){0};
	lineage_file_open(&o->file, asked->file, asked->shown);
	if (asked->url)
		(void)!sender_start(&o->sender, asked->url, asked->key, &o->unsent);
}

void
lineage_out_add(struct lineage_out *o, const struct str *event)
{
	lineage_file_add(&o->file, event);
	if (o->sender)
		sender_add(o->sender, event);
}

static void
tell_failure(const struct err *e, void (*tell)(void *arg, const char *text), void *arg)
{
	struct str text = {0};
	if (!e->code)
		return;
	str_addf(&text, "OpenLineage: %s", e->msg);
	if (e->help[0])
		str_addf(&text, "; %s", e->help);
	tell(arg, str_text(&text));
	str_fini(&text);
}

void
lineage_out_close(struct lineage_out *o, void (*tell)(void *arg, const char *text), void *arg)
{
	lineage_file_close(&o->file);
	if (o->sender)
		(void)!sender_end(o->sender, &o->unsent);
	o->sender = NULL;
	tell_failure(&o->file.why, tell, arg);
	tell_failure(&o->unsent, tell, arg);
}
