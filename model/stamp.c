/* SPDX-License-Identifier: Apache-2.0
 * Copying a model folder for registration: the only place where a model gets an identity.
 *
 *	data/06_models/loan_model  --copy-->  runs/.../artifacts/loan_model
 *	MLmodel                               MLmodel + model_uuid, run_id, utc_time_created
 *
 * The three lines stand at the end of MLmodel; lines that an earlier registration left there are
 * dropped first, so that a loaded version can be registered again. */
#include "model/flavor.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILE_CAP = 1 << 30, FILES_MAX = 1000, DEPTH_MAX = 8 };

static bool
is_hex32(const char *s)
{
	return s && strlen(s) == 32 && strspn(s, "0123456789abcdef") == 32;
}

static bool
is_stamp_line(const char *line)
{
	return str_starts(line, "run_id:") || str_starts(line, "utc_time_created:") ||
		str_starts(line, "model_uuid:");
}

/* The text without its stamp, each line ended. */
static void
add_unstamped(struct str *out, const char *text)
{
	while (*text) {
		size_t len = strcspn(text, "\n");
		if (!is_stamp_line(text)) {
			str_addn(out, text, len);
			str_addc(out, '\n');
		}
		text += len + (text[len] == '\n');
	}
}

/* MLflow's form of the time: 2025-01-15 03:00:00.123000 */
static void
add_stamp(struct str *out, const struct model_stamp *stamp)
{
	char time[32];
	clock_rfc3339(stamp->time_ms, time);
	str_addf(out, "model_uuid: %s\nrun_id: %s\n", stamp->uuid, stamp->run_id);
	str_addf(out, "utc_time_created: '%.10s %.12s000'\n", time, time + 11);
}

static int
copy_mlmodel(int from, int to, const struct model_stamp *stamp, struct err *e)
{
	struct str text = {0}, stamped = {0};
	struct arena a = {0};
	struct ynode *tree;
	int rc = folder_read(from, MLMODEL, MLMODEL_CAP, &text, e);
	if (rc < 0)
		goto out;
	add_unstamped(&stamped, str_text(&text));
	add_stamp(&stamped, stamp);
	/* a file in another style than ours may not bear lines at its end */
	rc = yaml_parse(&a, MLMODEL, stamped.s, stamped.len, &tree, e);
	if (rc == 0)
		rc = folder_write(to, MLMODEL, stamped.s, stamped.len, e);
out:
	arena_fini(&a);
	str_fini(&text);
	str_fini(&stamped);
	return rc;
}

static int
copy_file(int from, int to, const char *name, struct err *e)
{
	struct str bytes = {0};
	int rc = folder_read(from, name, FILE_CAP, &bytes, e);
	if (rc == 0)
		rc = folder_write(to, name, str_text(&bytes), bytes.len, e);
	str_fini(&bytes);
	return rc;
}

struct copying {
	const struct model_stamp *stamp;
	int files, depth;
};

static int copy_files(struct copying *c, int from, int to, struct err *e);

/* Copies a folder in the folder (MLflow's `code`), or nothing if the name is no folder. */
static int
copy_folder(struct copying *c, int from, int to, const char *name, struct err *e)
{
	int rc = -1, in = openat(from, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC), out;
	if (in < 0)
		return errno == ENOTDIR || errno == ELOOP
			? 1
			: err_errno(e, MLC_MODEL, "cannot open `%s`", name);
	if (c->depth == DEPTH_MAX)
		err_set(e, MLC_MODEL, "folders are nested deeper than %d", DEPTH_MAX);
	else if (mkdirat(to, name, 0777) < 0)
		err_errno(e, MLC_DISK, "cannot make the folder `%s`", name);
	else if ((out = folder_open(to, name, e)) >= 0) {
		c->depth++;
		rc = copy_files(c, in, out, e);
		c->depth--;
		if (rc == 0)
			rc = file_fsync(out, name, e);
		close(out);
	}
	close(in);
	return rc < 0 ? err_wrap(e, "`%s`", name) : 0;
}

static int
copy_entry(struct copying *c, int from, int to, const char *name, struct err *e)
{
	if (++c->files > FILES_MAX)
		return err_set(e, MLC_MODEL, "more than %d files", FILES_MAX);
	int rc = copy_folder(c, from, to, name, e);
	return rc == 1 ? copy_file(from, to, name, e) : rc;
}

static int
copy_files(struct copying *c, int from, int to, struct err *e)
{
	int again = fcntl(from, F_DUPFD_CLOEXEC, 0);
	DIR *dir = again < 0 ? NULL : fdopendir(again);
	struct dirent *entry;
	int rc = c->depth ? 0 : copy_mlmodel(from, to, c->stamp, e);
	if (!dir) {
		if (again >= 0)
			close(again);
		return err_errno(e, MLC_MODEL, "cannot list the folder");
	}
	while (rc == 0 && (errno = 0, entry = readdir(dir))) {
		const char *name = entry->d_name;
		if (!str_eq(name, ".") && !str_eq(name, "..") && !file_is_litter(name) &&
			(c->depth || !str_eq(name, MLMODEL)))
			rc = copy_entry(c, from, to, name, e);
	}
	if (rc == 0 && errno)
		rc = err_errno(e, MLC_MODEL, "cannot list the folder");
	closedir(dir);
	return rc;
}

int
model_copy_stamped(int rootfd, const char *src, const char *dst, const struct model_stamp *stamp,
	struct err *e)
{
	if (!is_hex32(stamp->run_id) || !is_hex32(stamp->uuid))
		return err_set(e, MLC_BUG, "a model's run id and uuid are 32 hex digits each");
	int from = folder_open(rootfd, src, e);
	int to = from < 0 ? -1 : folder_make(rootfd, dst, e);
	struct copying copying = {.stamp = stamp};
	int rc = -1;
	if (to >= 0)
		rc = folder_end(rootfd, dst, to, copy_files(&copying, from, to, e), e);
	if (from >= 0)
		close(from);
	return rc < 0 ? err_wrap(e, "copying the model `%s`", src) : 0;
}
