/* SPDX-License-Identifier: Apache-2.0
 * A program in the place of a plugin's function. It is told everything by one JSON file, whose path
 * is in its environment, and the paths that its arguments ask for.
 *
 *	files still as planned -> inputs get files -> job.json -> the program -> outputs taken in
 *
 *	<run>/scratch/@NODE/  job.json  report  in/  out/     goes with the attempt
 *
 * It works in the scratch folder of its node; with --in-process, in one of its own there. */
#include "pipeline/command_run.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "pipeline/command.h"
#include "pipeline/program.h"

/* ---- before */

/* The files of the project that the arguments name are those that were planned with. */
static int
check_files(const struct command_run *r, struct err *e)
{
	const struct job *j = r->c->job;
	char hash[HASH_SHA_HEX];
	const char *path;
	struct jr jr;
	int rc = 0;
	jr_init(&jr, j->files, strlen(j->files));
	if (jr_object(&jr))
		while (rc == 0 && jr_next(&jr, &path)) {
			int fd = file_open(j->rootfd, path, O_RDONLY | O_NONBLOCK, false, e);
			rc = fd < 0 ? -1 : hash_sha256_fd(fd, hash, e);
			if (fd >= 0)
				close(fd);
			const char *name = arena_strdup(r->c->arena, path);
			if (rc < 0 || str_eq(jr_str(&jr), hash))
				continue;
			err_set(e, MLC_PLUGIN_STALE, "%s was changed while the run went on", name);
			rc = err_help(e,
				"run again; a run uses one state of a file from beginning "
				"to end");
		}
	jr_fini(&jr);
	return rc;
}

static void
port_json(struct jw *w, const char *port, const char *dataset, enum mlf_kind kind)
{
	jw_key(w, port);
	jw_object(w);
	jw_kv_str(w, "dataset", dataset);
	jw_kv_str(w, "kind", dataset_kind_name(kind));
}

static void
job_json(const struct command_run *r, const char *report, struct str *out)
{
	const struct job *j = r->c->job;
	struct jw w;
	jw_init(&w, out);
	jw_object(&w);
	jw_kv_i64(&w, "version", 1);
	jw_kv_str(&w, "node", j->node);
	jw_kv_str(&w, "run_id", j->run_id);
	jw_kv_str(&w, "run", j->run_name);
	jw_kv_str(&w, "pipeline", j->pipeline);
	jw_kv_str(&w, "conf", j->conf);
	jw_kv_str(&w, "project", j->root);
	jw_kv_str(&w, "report", report);
	jw_kv_i64(&w, "seed", (int64_t)(j->seed >> 11)); /* exact in every language */
	jw_kv_i64(&w, "now_ms", j->now_ms);
	jw_key(&w, "params");
	jw_raw(&w, j->params ? j->params : "{}");
	jw_key(&w, "inputs");
	jw_object(&w);
	for (size_t i = 0; i < j->n_inputs; i++) {
		const struct job_input *in = &j->inputs[i];
		port_json(&w, in->port, in->dataset, in->kind);
		jw_kv_str(&w, "type", command_type(in->entry, in->type, in->kind));
		jw_kv_str(&w, "path", r->in[i]);
		jw_end(&w, '}');
	}
	jw_end(&w, '}');
	jw_key(&w, "outputs");
	jw_object(&w);
	for (size_t i = 0; i < j->n_outputs; i++) {
		const struct job_output *o = &j->outputs[i];
		port_json(&w, o->port, o->dataset, o->kind);
		jw_kv_str(&w, "type", command_type(o->entry, o->type, o->kind));
		jw_kv_str(&w, "path", r->out[i]);
		jw_end(&w, '}');
	}
	jw_end(&w, '}');
	jw_end(&w, '}');
}

/* The path of a port, as `{"input": PORT}` asks for it. */
static const char *
path_of(const struct command_run *r, const char *what, const char *port)
{
	const struct job *j = r->c->job;
	bool input = str_eq(what, "input");
	size_t n = input ? j->n_inputs : j->n_outputs;
	for (size_t i = 0; i < n; i++)
		if (str_eq(input ? j->inputs[i].port : j->outputs[i].port, port))
			return input ? r->in[i] : r->out[i];
	return "";
}

/* The arguments, in the arena. */
static const char *const *
arguments(const struct command_run *r)
{
	const char **argv = NULL, *key;
	size_t n = 0, cap = 0;
	struct str arg = {0};
	struct jr j;
	jr_init(&j, r->c->job->argv, strlen(r->c->job->argv));
	if (jr_array(&j))
		while (jr_next(&j, &key)) {
			str_reset(&arg);
			if (jr_array(&j))
				while (jr_next(&j, &key)) {
					if (jr_peek(&j) == J_STRING)
						str_add(&arg, jr_str(&j));
					else if (jr_object(&j))
						while (jr_next(&j, &key)) {
							const char *what =
								arena_strdup(r->c->arena, key);
							str_add(&arg, path_of(r, what, jr_str(&j)));
						}
				}
			argv = mem_grow(argv, &cap, n + 2, sizeof(*argv));
			argv[n++] = arena_strdup(r->c->arena, str_text(&arg));
		}
	jr_fini(&j);
	str_fini(&arg);
	const char **copy = arena_alloc(r->c->arena, (n + 1) * sizeof(*copy));
	if (n)
		memcpy(copy, argv, n * sizeof(*copy));
	free(argv);
	return copy;
}

/* ---- while it runs */

static void
on_tick(void *arg)
{
	report_take(arg, false);
}

/* With --in-process the runner can only ask. In a worker its SIGTERM reaches the program by itself. */
static bool
is_cancelled(void *arg)
{
	const struct command_run *r = arg;
	return r->c->host->cancelled && atomic_load(r->c->host->cancelled);
}

/* In a worker SIGTERM is for the program, which may tidy up; we stay to see its end. */
static void
hold_term(const struct ctx *c)
{
	sigset_t set;
	if (c->host->cancelled)
		return;
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	(void)sigprocmask(SIG_BLOCK, &set, NULL);
}

/* ---- after */

static int
judge(const struct command_run *r, const struct program_end *end, struct err *e)
{
	const char *node = r->c->job->node;
	int sig = WIFSIGNALED(end->status) ? WTERMSIG(end->status) : 0;
	if (!sig && WEXITSTATUS(end->status) == 0)
		return 0;
	if (sig) {
		const char *abbrev = sigabbrev_np(sig);
		err_set(e, MLC_NODE_CRASHED, "node `%s`: %s was killed by SIG%s (%s)", node,
			r->program, abbrev ? abbrev : "?", strsignal(sig));
	} else {
		err_set(e, MLC_NODE_FAILED, "node `%s`: %s ended with exit code %d", node,
			r->program, WEXITSTATUS(end->status));
	}
	struct rlimit memory;
	if (getrlimit(RLIMIT_DATA, &memory) == 0 && memory.rlim_cur != RLIM_INFINITY) {
		struct str limit = {0};
		str_add_bytes(&limit, memory.rlim_cur);
		err_help(e, "it may use %s of memory, the node's limit", str_text(&limit));
		str_fini(&limit);
	}
	return err_note(e, "nothing it wrote was published");
}

static int
is_ours(const struct dirent *d)
{
	return !str_eq(d->d_name, ".") && !str_eq(d->d_name, "..");
}

/* What lies in the working folder and is nobody's output. */
static int
leftovers(const char *folder, struct str *names)
{
	struct dirent **list = NULL;
	int n = scandir(folder, &list, is_ours, alphasort);
	for (int i = 0; i < n; i++) {
		if (i < 3) {
			str_add(names, i ? ", " : "");
			term_add_safe(names, list[i]->d_name);
		}
		free(list[i]);
	}
	free(list);
	if (n > 3)
		str_addf(names, " and %d more", n - 3);
	return n > 0 ? n : 0;
}

/* Takes the outputs in. Files left behind may be what was meant, and are told either way. */
static int
finish(struct command_run *r, const char *folder, struct err *e)
{
	struct str names = {0};
	int n = leftovers(folder ? folder : ".", &names);
	int rc = ctx_failed(r->c) ? -1 : command_take(r, e);
	if (n && rc < 0 && e->code == MLC_NODE_OUTPUT)
		err_note(e, "it left in its working folder, which is not kept: %s", names.s);
	else if (n && rc == 0)
		dprintf(STDERR_FILENO,
			"mlflow-c: removed what the program left in its working folder: %s\n",
			names.s);
	str_fini(&names);
	return rc;
}

static int
play(struct command_run *r, const char *folder, struct err *e)
{
	const struct job *j = r->c->job;
	struct arena *a = r->c->arena;
	struct str text = {0}, empty = {0};
	const char *job = arena_printf(a, "%s/job.json", r->folder);
	const char *report = arena_printf(a, "%s/report", r->folder);
	const char *env[] = {arena_printf(a, "MLFLOW_C_JOB=%s/%s", j->root, job),
		arena_printf(a, "MLFLOW_C_REPORT=%s/%s", j->root, report), NULL};
	job_json(r, arena_printf(a, "%s/%s", j->root, report), &text);
	int rc = command_write(r->c, job, &text, e);
	if (rc == 0)
		rc = command_write(r->c, report, &empty, e);
	str_fini(&text);
	r->report.fd = rc == 0 ? file_open(j->rootfd, report, O_RDONLY, true, e) : -1;
	if (r->report.fd < 0)
		return -1;
	struct program p = {.path = j->program,
		.argv = arguments(r),
		.env = env,
		.folder = folder,
		.input = -1,
		.grouped = folder != NULL};
	struct program_watch w = {.arg = r, .tick = on_tick, .stop = is_cancelled};
	struct program_end end;
	hold_term(r->c);
	rc = program_run(&p, &w, &end, e);
	if (rc == 0) {
		report_take(r, true);
		rc = judge(r, &end, e) < 0 ? -1 : finish(r, folder, e);
	}
	close(r->report.fd);
	str_fini(&r->report.text);
	return rc;
}

/* The folder of the attempt, for nobody else since parameters are in it, and with --in-process the one to work in. */
static int
make_folders(struct command_run *r, const char **work, struct err *e)
{
	const struct job *j = r->c->job;
	struct arena *a = r->c->arena;
	r->folder = arena_printf(a, "%s/" RUN_SCRATCH "/@%s", j->run_folder, j->node);
	const char *parent = arena_printf(a, "%s/" RUN_SCRATCH "/", j->run_folder);
	if (file_remove_tree(j->rootfd, r->folder, e) < 0 ||
		file_mkdirs(j->rootfd, parent, false, e) < 0)
		return -1;
	if (mkdirat(j->rootfd, r->folder, 0700) < 0)
		return err_errno(e, MLC_FILE, "cannot make %s", r->folder);
	*work = r->c->host->cancelled ? arena_printf(a, "%s/%s/work", j->root, r->folder) : NULL;
	static const char *const parts[] = {"in", "out", "work"};
	for (size_t i = 0; i < (*work ? 3 : 2); i++)
		if (file_mkdirs(j->rootfd, arena_printf(a, "%s/%s/", r->folder, parts[i]), false,
			    e) < 0)
			return -1;
	return 0;
}

static int
run(struct mlf_ctx *pub)
{
	struct ctx *c = ctx_of(pub);
	const struct job *j = c->job;
	struct command_run r = {.c = c, .report.fd = -1};
	const char *work = NULL, *slash = strrchr(j->program, '/');
	struct err e = {0}, ignored;
	r.program = slash ? slash + 1 : j->program;
	r.in = arena_alloc(c->arena, (j->n_inputs + 1) * sizeof(*r.in));
	r.out = arena_alloc(c->arena, (j->n_outputs + 1) * sizeof(*r.out));
	int rc = 0;
	if (make_folders(&r, &work, &e) < 0 || check_files(&r, &e) < 0 ||
		command_inputs(&r, &e) < 0 || command_outputs(&r, &e) < 0 || play(&r, work, &e) < 0)
		rc = e.code ? ctx_fail(c, &e) : -1; /* without a code it is kept already */
	(void)!file_remove_tree(j->rootfd, r.folder, &ignored);
	return rc;
}

const struct mlf_node command_node = {.name = "command", .run = run};
