/* SPDX-License-Identifier: Apache-2.0
 * mlflow-c store: the registry as a file: made, checked, brought up to date, copied, packed, and after
 * the project has moved. */
#include "cmd/cmd.h"

#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- init, check, upgrade */

static void
report_json(struct app *a, const struct store_report *r)
{
	struct str out = {0};
	struct jw w;
	answer_begin(a, &w, &out);
	jw_object(&w);
	jw_kv_str(&w, "path", r->path);
	jw_kv_str(&w, "revision", r->revision);
	jw_kv_i64(&w, "level", r->level);
	jw_kv_i64(&w, "runs", r->runs);
	jw_kv_i64(&w, "versions", r->versions);
	jw_kv_i64(&w, "bytes", r->bytes);
	jw_key(&w, "problems");
	jw_array(&w);
	for (size_t i = 0; i < r->n_problems; i++)
		jw_str(&w, r->problems[i]);
	jw_end(&w, ']');
	jw_end(&w, '}');
	answer_end(&w, &out);
}

static void
report_text(const struct store_report *r)
{
	struct str size = {0};
	str_add_bytes(&size, (uint64_t)r->bytes);
	(void)printf("registry  %s\n", r->path);
	(void)printf("tables    MLflow's at revision %s, ours at level %lld\n", r->revision,
		(long long)r->level);
	(void)printf("holds     %lld runs, %lld model versions, %s\n", (long long)r->runs,
		(long long)r->versions, str_text(&size));
	for (size_t i = 0; i < r->n_problems; i++)
		(void)printf("wrong     %s\n", r->problems[i]);
	if (!r->n_problems)
		(void)printf("state     ok\n");
	str_fini(&size);
}

static int
tell(struct app *a, enum store_mode mode)
{
	struct store_report r = {0};
	struct err e = {0};
	int code = 0;
	if (app_store(a, mode, &e) < 0 || store_check(a->store, &r, &e) < 0)
		code = report(a, &e);
	else if (a->g.json)
		report_json(a, &r);
	else if (!a->g.quiet)
		report_text(&r);
	if (code == 0 && r.n_problems) {
		err_set(&e, MLC_STORE, "the registry is not whole: %s", r.problems[0]);
		err_help(&e, "put a backup in its place: mlflow-c store backup makes them");
		code = a->g.json ? code_exit(e.code) : report(a, &e);
	}
	store_report_fini(&r);
	return code;
}

/* Opening for writing makes what is missing. */
static int
run_writing(struct app *a)
{
	return tell(a, STORE_WRITE);
}

static int
run_check(struct app *a)
{
	return tell(a, STORE_READ);
}

/* ---- backup */

static int
put(const char *stage, const char *path, struct err *e)
{
	int fd = file_open(AT_FDCWD, stage, O_RDONLY, true, e);
	if (fd < 0)
		return -1;
	int rc = file_fsync(fd, path, e);
	close(fd);
	if (rc == 0 && renameat2(AT_FDCWD, stage, AT_FDCWD, path, RENAME_NOREPLACE) < 0)
		rc = err_errno(e, MLC_DISK, "cannot put `%s` in place", path);
	return rc;
}

static int
backup(struct app *a, const char *path, struct err *e)
{
	struct str stage = {0};
	struct stat st;
	if (lstat(path, &st) == 0) {
		err_set(e, MLC_USAGE, "`%s` exists already", path);
		return err_help(e, "name a file that is not there yet");
	}
	if (file_mkdirs(AT_FDCWD, path, true, e) < 0)
		return -1;
	str_addf(&stage, "%s.part%d", path, (int)getpid());
	int rc = store_backup(a->store, stage.s, e);
	if (rc == 0)
		rc = put(stage.s, path, e);
	if (rc < 0)
		(void)unlink(stage.s);
	str_fini(&stage);
	return rc;
}

static int
run_backup(struct app *a)
{
	struct err e = {0};
	struct stat st;
	if (backup(a, a->args[0], &e) < 0)
		return report(a, &e);
	if (!a->g.quiet && stat(a->args[0], &st) == 0)
		(void)fprintf(stderr, "%s: %lld bytes\n", a->args[0], (long long)st.st_size);
	return 0;
}

/* ---- vacuum, relocate */

static int
run_vacuum(struct app *a)
{
	struct store_report before = {0}, after = {0};
	struct err e = {0};
	int code = 0;
	if (app_store(a, STORE_WRITE, &e) < 0 || store_check(a->store, &before, &e) < 0 ||
		store_vacuum(a->store, &e) < 0 || store_check(a->store, &after, &e) < 0)
		code = report(a, &e);
	else if (!a->g.quiet)
		(void)fprintf(stderr, "%lld bytes before, %lld after\n", (long long)before.bytes,
			(long long)after.bytes);
	store_report_fini(&before);
	store_report_fini(&after);
	return code;
}

static int
run_relocate(struct app *a)
{
	struct str was = {0};
	struct err e = {0};
	int64_t n = 0;
	int code = 0;
	if (app_store(a, STORE_WRITE, &e) < 0 ||
		store_relocate(a->store, a->n_args ? a->args[0] : NULL, &was, &n, &e) < 0)
		code = report(a, &e);
	else if (!a->g.quiet && n)
		(void)fprintf(stderr, "%lld paths led to %s and lead here now\n", (long long)n,
			str_text(&was));
	else if (!a->g.quiet)
		(void)fprintf(stderr, "every path leads here, or to another project\n");
	str_fini(&was);
	return code;
}

static const char *const init_examples[] = {
	"mlflow-c store init", "before the first run; harmless later", NULL};
const struct cmd cmd_store_init = {
	.name = "store init",
	.args = "",
	.summary = "Make the registry, as the first run would.",
	.examples = init_examples,
	.needs = NEEDS_PROJECT,
	.run = run_writing,
};

static const char *const check_examples[] = {
	"mlflow-c store check", "every page, and what belongs together", NULL};
const struct cmd cmd_store_check = {
	.name = "store check",
	.args = "",
	.summary = "Is the registry whole? Every page is read.",
	.examples = check_examples,
	.needs = NEEDS_PROJECT,
	.run = run_check,
};

static const char *const upgrade_examples[] = {
	"mlflow-c store upgrade", "our tables; MLflow upgrades its own", NULL};
const struct cmd cmd_store_upgrade = {
	.name = "store upgrade",
	.args = "",
	.summary = "Bring our tables up to date, as the next run would.",
	.examples = upgrade_examples,
	.needs = NEEDS_PROJECT,
	.run = run_writing,
};

static const char *const backup_examples[] = {
	"mlflow-c store backup backups/monday.db", "also while runs go on", NULL};
const struct cmd cmd_store_backup = {
	.name = "store backup",
	.args = "FILE",
	.min_args = 1,
	.max_args = 1,
	.summary = "Copy the registry as it is at one moment.",
	.examples = backup_examples,
	.needs = NEEDS_PROJECT | NEEDS_STORE,
	.run = run_backup,
};

static const char *const vacuum_examples[] = {"mlflow-c store vacuum", "after runs gc", NULL};
const struct cmd cmd_store_vacuum = {
	.name = "store vacuum",
	.args = "",
	.summary = "Give back the space of what was removed.",
	.examples = vacuum_examples,
	.needs = NEEDS_PROJECT,
	.run = run_vacuum,
};

static const char *const relocate_examples[] = {"mlflow-c store relocate",
	"the project was moved or copied", "mlflow-c store relocate /old/place",
	"it was at that place", NULL};
const struct cmd cmd_store_relocate = {
	.name = "store relocate",
	.args = "[OLD]",
	.max_args = 1,
	.summary = "After a move: let MLflow's paths lead here again.",
	.examples = relocate_examples,
	.needs = NEEDS_PROJECT,
	.run = run_relocate,
};
