/* SPDX-License-Identifier: Apache-2.0
 * mlflow-c registry reproduce: makes a version again, and compares the bytes.
 *
 *	recorded commit + changes + untracked files -> scratch folder <- inputs, by their hashes
 *	run --build, as it was asked for then -> a version in the scratch registry
 *	identical: the folders have one hash, run id, time and uuid aside
 *
 * The project, its data and its registry are not touched. */
#include "cmd/reproduce.h"
#include "cmd/run.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#define STORE "runs/mlflow.db"

struct reproduce_args {
	bool worktree, keep;
};

/* ---- what it comes from */

static int
open_record(struct reproduction *r, const char *which, struct err *e)
{
	if (about_version_open(r->a, which, &r->v, e) < 0)
		return -1;
	const struct run_row *run = &r->v.run.run;
	const char *dirty = run_about_tag(&r->v.run, "mlflow_c.source.left_out");
	r->commit = run_about_tag(&r->v.run, "mlflow.source.git.commit");
	if (!r->v.detail.bare || !run->num) {
		err_set(e, MLC_RESUME, "%s version %lld was not registered by this mlflow-c",
			r->v.row.name, (long long)r->v.row.version);
		return err_help(e, "only versions whose run is on record can be made again");
	}
	int rc = store_asked(r->a->store, &r->v.arena, run, &r->asked, e);
	if (rc == 0) {
		err_set(e, MLC_RESUME, "run %s does not say what it was asked for", run->name);
		rc = err_help(e, "it was made by an older mlflow-c");
	}
	if (rc == 1 && !r->commit) {
		err_set(e, MLC_RESUME, "run %s was made from no commit: %s", run->name,
			run_about_tag(&r->v.run, "mlflow_c.git.unknown")
				? run_about_tag(&r->v.run, "mlflow_c.git.unknown")
				: "git was off");
		rc = err_help(e, "put the project under git, and run it again");
	}
	if (rc == 1 && dirty && !r->a->g.quiet)
		(void)fprintf(stderr, "note: not on record: %s\n", dirty);
	return rc == 1 ? 0 : -1;
}

/* ---- the run */

static int
make_argv(struct reproduction *r, const char *exe, struct argv *out, struct err *e)
{
	struct arena *a = &r->v.arena;
	const char *const fixed[] = {exe, arena_printf(a, "--project=%s", r->project.s),
		arena_printf(a, "--store=%s/" STORE, r->project.s), "run", "--build", "--quiet",
		"--progress=none", "--no-annotations", "--name=reproduced",
		arena_printf(a, "--conf=%s", r->v.run.run.env),
		arena_printf(a, "--seed=%llu", (unsigned long long)r->asked.seed)};
	for (size_t i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++)
		argv_add(out, fixed[i]);
	return run_options_argv(a, r->asked.options, &r->v.run.run, out, e);
}

/* What it prints is part of the talk. An interrupt is for the run; we clean up after it. */
static int
spawn(const char *exe, const struct argv *argv, int *status, struct err *e)
{
	extern char **environ;
	posix_spawn_file_actions_t to;
	posix_spawnattr_t attr;
	sigset_t set;
	pid_t pid;
	(void)posix_spawn_file_actions_init(&to);
	(void)posix_spawn_file_actions_adddup2(&to, STDERR_FILENO, STDOUT_FILENO);
	(void)posix_spawnattr_init(&attr);
	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGINT);
	(void)sigaddset(&set, SIGTERM);
	(void)posix_spawnattr_setsigdefault(&attr, &set);
	(void)posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGDEF);
	(void)signal(SIGINT, SIG_IGN);
	(void)unsetenv("GITHUB_ACTIONS"); /* the job's summary is for the job's own runs */
	int rc = posix_spawn(&pid, exe, &to, &attr, (char *const *)(uintptr_t)argv->v, environ);
	(void)posix_spawn_file_actions_destroy(&to);
	(void)posix_spawnattr_destroy(&attr);
	if (rc)
		return err_set(e, MLC_BUG, "cannot start mlflow-c: %s", strerror(rc));
	while (waitpid(pid, status, 0) < 0 && errno == EINTR)
		;
	return 0;
}

static int
run_again(struct reproduction *r, struct err *e)
{
	char exe[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", exe, sizeof(exe) - 1);
	struct argv argv = {0};
	int status = 0;
	exe[n < 0 ? 0 : n] = '\0';
	int rc = make_argv(r, exe, &argv, e);
	if (rc == 0)
		rc = spawn(exe, &argv, &status, e);
	free(argv.v);
	if (rc < 0 || (WIFEXITED(status) && WEXITSTATUS(status) == 0))
		return rc;
	err_set(e, MLC_NODE_FAILED, "the run could not be made again: it ended with %d",
		WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
	return err_help(e, "its messages are above; --keep leaves its folder for a look");
}

/* ---- what it gave */

static int
open_result(struct reproduction *r, int *rootfd, struct version_row *row,
	struct version_detail *detail, struct err *e)
{
	struct store_opts o = {.root = r->project.s,
		.path = STORE,
		.experiment = "reproduced",
		.clock = &r->a->clock,
		.mode = STORE_READ};
	o.rootfd = *rootfd = file_open(AT_FDCWD, r->project.s, O_RDONLY | O_DIRECTORY, true, e);
	if (*rootfd < 0 || store_open(&r->store, &o, e) < 0)
		return -1;
	if (store_version(r->store, &r->v.arena, r->v.row.name, row, NULL) < 0) {
		err_set(e, MLC_NOT_FOUND, "the run registered no `%s` this time", r->v.row.name);
		return err_help(e, "see what its nodes did: --keep leaves its folder");
	}
	return store_version_detail(r->store, &r->v.arena, row, detail, e);
}

static void
answer(struct reproduction *r, struct comparison *c, bool identical)
{
	struct str out = {0};
	struct jw w;
	answer_begin(r->a, &w, &out);
	jw_object(&w);
	jw_kv_str(&w, "name", r->v.row.name);
	jw_kv_i64(&w, "version", r->v.row.version);
	jw_kv_bool(&w, "identical", identical);
	jw_kv_str(&w, "hash", r->v.detail.bare);
	jw_kv_str(&w, "commit", r->commit);
	jw_kv_bool(&w, "worktree", r->worktree);
	compare_json(&w, c, false);
	jw_end(&w, '}');
	answer_end(&w, &out);
}

/* Of identical bytes only sources can differ: a comment, a setting that nothing uses. */
static void
tell(struct reproduction *r, struct comparison *c, bool identical)
{
	if (r->a->g.json) {
		answer(r, c, identical);
		return;
	}
	(void)printf("%s: %s version %lld, made again from %s%.12s\n",
		identical ? "identical" : "differs", r->v.row.name, (long long)r->v.row.version,
		r->worktree ? "today's tree" : "commit ", r->worktree ? "" : r->commit);
	if (!identical || compare_differs(c))
		(void)compare_print(r->a, c, false, false);
}

/* The stamped MLmodel differs always; that of the bare folders shows in the hash. */
static void
add_files(struct comparison *c, size_t i, const struct version_detail *d)
{
	for (size_t k = 0; k < d->n_files; k++)
		if (!str_eq(d->files[k].name, "MLmodel"))
			compare_set(c, i, "file", d->files[k].name,
				arena_printf(&c->arena, "%.12s", d->files[k].hash));
}

static int
compare(struct reproduction *r, const struct version_row *row, const struct version_detail *d,
	struct err *e)
{
	bool identical = str_eq(d->bare, r->v.detail.bare);
	struct comparison *c = mem_alloc(sizeof(*c));
	struct store *ours = r->a->store;
	int rc = compare_run(c, r->a, r->v.row.run_id, NULL, e);
	r->a->store = r->store;
	if (rc == 0)
		rc = compare_run(c, r->a, row->run_id, r->worktree ? "today" : "again", e);
	r->a->store = ours;
	add_files(c, 0, &r->v.detail);
	add_files(c, 1, d);
	compare_drop(c, identical ? NULL : "run");
	compare_drop(c, "plugin");
	if (rc == 0 && r->worktree)
		rc = reproduce_sources(r, c, e);
	if (rc == 0)
		tell(r, c, identical);
	compare_free(c);
	return rc < 0 ? -1 : identical ? 0 : EXIT_DIFFERS;
}

static int
reproduce(struct reproduction *r, const char *which, struct err *e)
{
	struct version_row row;
	struct version_detail detail;
	int rootfd = -1, rc = -1;
	if (open_record(r, which, e) < 0 || reproduce_prepare(r, e) < 0 || run_again(r, e) < 0)
		return -1;
	if (open_result(r, &rootfd, &row, &detail, e) == 0)
		rc = compare(r, &row, &detail, e);
	store_close(r->store);
	if (rootfd >= 0)
		close(rootfd);
	return rc;
}

static int
run(struct app *a)
{
	const struct reproduce_args *args = a->opts;
	struct reproduction r = {.a = a, .worktree = args->worktree};
	struct err e = {0};
	int code = reproduce(&r, a->args[0], &e);
	if (code < 0)
		code = report(a, &e);
	if (r.scratch.s && args->keep && !a->g.quiet)
		(void)fprintf(stderr, "its folder: %s\n", r.project.s ? r.project.s : r.scratch.s);
	else if (r.scratch.s && !args->keep &&
		file_remove_tree(a->project->rootfd, reproduce_inside(&r, r.scratch.s), &e) < 0)
		report_warning(&e);
	str_fini(&r.scratch);
	str_fini(&r.project);
	str_fini(&r.recorded);
	about_version_fini(&r.v);
	return code;
}

static const char *const examples[] = {"mlflow-c registry reproduce loan@3",
	"make it again and compare bytes", "mlflow-c registry reproduce loan --worktree",
	"with today's tree: what differs", NULL};
static const struct opt opts[] = {
	{"worktree", 0, OPT_FLAG, offsetof(struct reproduce_args, worktree), NULL,
		"from today's sources and data"},
	{"keep", 0, OPT_FLAG, offsetof(struct reproduce_args, keep), NULL,
		"leave the scratch folder for a look"},
	{0},
};
const struct cmd cmd_registry_reproduce = {
	.name = "registry reproduce",
	.args = "MODEL[@VERSION]",
	.min_args = 1,
	.max_args = 1,
	.summary = "Make a version again from its commit: are the bytes the same?",
	.examples = examples,
	.needs = NEEDS_PROJECT | NEEDS_STORE,
	.opts = opts,
	.opts_size = sizeof(struct reproduce_args),
	.run = run,
};
