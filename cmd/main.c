/* SPDX-License-Identifier: Apache-2.0
 * The program: finds the command, opens what the command says it needs, runs it.
 *
 *	parse -> zygote (before anything else exists) -> project -> store -> command -> stdout checked
 *
 * The only file that may hold mutable globals; it holds none. */
#include "cmd/cmd.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

static const struct cmd *const commands[] = {&cmd_new, &cmd_init, &cmd_run, &cmd_validate,
	&cmd_runs_list, &cmd_runs_show, &cmd_runs_compare, &cmd_runs_logs, &cmd_runs_tag,
	&cmd_runs_note, &cmd_runs_delete, &cmd_runs_restore, &cmd_runs_gc, &cmd_runs_plot,
	&cmd_runs_export, &cmd_runs_import, &cmd_registry_list, &cmd_registry_show,
	&cmd_registry_versions, &cmd_registry_diff, &cmd_registry_promote, &cmd_registry_alias,
	&cmd_registry_tag, &cmd_registry_describe, &cmd_registry_verify, &cmd_registry_reproduce,
	&cmd_registry_download, &cmd_registry_delete, &cmd_registry_export, &cmd_registry_import,
	&cmd_predict, &cmd_node_list, &cmd_node_describe, &cmd_node_new, &cmd_node_run,
	&cmd_pipeline_list, &cmd_pipeline_show, &cmd_pipeline_graph, &cmd_viz, &cmd_report,
	&cmd_catalog_list, &cmd_catalog_describe, &cmd_catalog_preview, &cmd_catalog_validate,
	&cmd_catalog_diff, &cmd_catalog_lineage, &cmd_contract_check, &cmd_contract_infer,
	&cmd_contract_diff, &cmd_contract_release, &cmd_store_init, &cmd_store_check,
	&cmd_store_upgrade, &cmd_store_backup, &cmd_store_vacuum, &cmd_store_relocate,
	&cmd_config_show, &cmd_config_diff, &cmd_doctor, &cmd_explain, &cmd_completion, &cmd_manual,
	NULL};

/* The command whose words stand at the beginning of the positional arguments; *words: how many. */
static const struct cmd *
find_command(int argc, char **argv, int *words)
{
	const char *first = NULL, *second = NULL;
	int at = 0;
	for (int i = 0; i < argc && !second; i++) {
		if (argv[i][0] == '-') {
			if (str_eq(argv[i], "-e") || str_eq(argv[i], "--conf") ||
				str_eq(argv[i], "--env") || str_eq(argv[i], "--project") ||
				str_eq(argv[i], "--color") || str_eq(argv[i], "--store"))
				i++; /* a global flag and its value */
			continue;
		}
		if (!first) {
			first = argv[i];
			at = i;
		} else if (i == at + 1)
			second = argv[i];
		else
			break;
	}
	*words = 0;
	for (const struct cmd *const *c = commands; first && *c; c++) {
		struct str both = {0};
		str_addf(&both, "%s %s", first, second ? second : "");
		bool one = str_eq((*c)->name, first), two = str_eq((*c)->name, both.s);
		str_fini(&both);
		if (!one && !two)
			continue;
		*words = two ? 2 : 1;
		return *c;
	}
	return NULL;
}

int
app_project(struct app *a, struct errs *found)
{
	struct project_opts o = {.dir = app_dir(a), .env = a->g.conf};
	if (a->cmd->needs & TAKES_PARAMS) {
		const struct param_opts *p = a->opts;
		o.params = p->params;
		o.params_file = p->params_file;
	}
	return project_open(&a->project, &o, found);
}

static int
open_project(struct app *a)
{
	struct errs found = {0};
	if (app_project(a, &found) < 0)
		return report_all(a, &found);
	for (size_t i = 0; i < a->project->warnings.n && !a->g.quiet; i++)
		report_warning(&a->project->warnings.v[i]);
	return 0;
}

static int
run_command(struct app *a)
{
	struct err e = {0};
	if (a->cmd->needs & NEEDS_WORKERS && zygote_start(&a->zygote, &e) < 0)
		return report(a, &e);
	int code = a->cmd->needs & NEEDS_PROJECT ? open_project(a) : 0;
	if (code == 0 && a->cmd->needs & NEEDS_STORE && app_store(a, STORE_READ, &e) < 0)
		code = report(a, &e);
	if (code == 0)
		code = a->cmd->run(a);
	store_close(a->store);
	project_close(a->project);
	zygote_stop(a->zygote);
	return code;
}

/* A full disk or a closed pipe behind stdout is an error like any other; a reader that has seen
 * enough (`| head`) is not. */
static int
check_stdout(int code)
{
	errno = 0;
	if (fflush(stdout) == 0 && !ferror(stdout))
		return code;
	if (errno == EPIPE || code)
		return code;
	(void)fprintf(stderr, "error: cannot write the answer: %s\n",
		errno ? strerror(errno) : "an earlier part of it could not be written");
	return code_exit(MLC_DISK);
}

/* Descriptors 0 to 2 must be open, or the first file we open gets one of these numbers and our
 * messages end up in it. What was closed for writing stays an error to write to. */
static void
open_standard(void)
{
	for (int fd = 0; fd <= 2; fd++)
		if (fcntl(fd, F_GETFD) < 0)
			(void)!open("/dev/null", fd == STDOUT_FILENO ? O_RDONLY : O_RDWR);
}

/* A table in memory is a descriptor, here and in the workers, which inherit the limit: what shells
 * set is little for that and far below what we may have. */
static void
allow_files(void)
{
	struct rlimit l;
	if (getrlimit(RLIMIT_NOFILE, &l) < 0)
		return;
	l.rlim_cur = l.rlim_max;
	(void)setrlimit(RLIMIT_NOFILE, &l);
}

static void
init(struct app *a)
{
	open_standard();
	allow_files();
	/* an answer that fits fails as one, with its reason */
	static char answer[64 << 10];
	if (!isatty(STDOUT_FILENO))
		(void)setvbuf(stdout, answer, _IOFBF, sizeof(answer));
	const char *clock = getenv("MLFLOW_C_CLOCK"), *seed = getenv("MLFLOW_C_SEED"),
		   *shuffle = getenv("MLFLOW_C_SHUFFLE");
	int64_t n;
	if (clock && str_to_i64(clock, &n) == 0)
		a->clock.fixed_ms = n;
	if (seed && str_to_i64(seed, &n) == 0)
		a->clock.state = (uint64_t)n;
	if (shuffle && str_to_i64(shuffle, &n) == 0)
		a->shuffle = (uint64_t)n;
	(void)signal(SIGPIPE, SIG_IGN);
	(void)signal(SIGXFSZ, SIG_IGN); /* a file too large is an error of that file */
}

/* The command line as one string, fit for the record. */
static char *
join(int argc, char **argv)
{
	struct str s = {0};
	str_add(&s, "mlflow-c");
	for (int i = 1; i < argc; i++) {
		str_addc(&s, ' ');
		secret_mask_arg(&s, argv[i]);
	}
	return s.s;
}

/* After a mistake in a flag the rest was not read; who asked for JSON gets the error as JSON. */
static bool
asks_json(int argc, char **argv)
{
	for (int i = 1; i < argc && !str_eq(argv[i], "--"); i++)
		if (str_eq(argv[i], "--json"))
			return true;
	return false;
}

static int
dispatch(struct app *a, int argc, char **argv)
{
	struct err e = {0};
	a->cmd = find_command(argc - 1, argv + 1, &a->words);
	if (a->cmd && a->cmd->opts_size)
		a->opts = mem_alloc(a->cmd->opts_size);
	int rc = opts_parse(a, argc - 1, argv + 1, &e);
	a->g.json |= rc < 0 && asks_json(argc, argv);
	term_init(&a->out, STDOUT_FILENO, a->g.color ? a->g.color : "auto");
	term_init(&a->err, STDERR_FILENO, a->g.color ? a->g.color : "auto");
	if (a->g.version) {
		(void)printf("mlflow-c %s\n", MLFLOW_C_VERSION);
		return 0;
	}
	if (!a->cmd && a->n_args && !a->g.help) {
		(void)unknown_command(commands, a->args, a->n_args, &e);
		return report(a, &e);
	}
	if (!a->cmd) {
		help_all(commands, a->g.help ? stdout : stderr);
		return a->g.help ? 0 : rc < 0 ? report(a, &e) : code_exit(MLC_USAGE);
	}
	if (a->g.help) {
		help_command(a->cmd, stdout);
		return 0;
	}
	return rc < 0 ? report(a, &e) : run_command(a);
}

int
main(int argc, char **argv)
{
	struct app a = {.commands = commands};
	init(&a);
	char *line = join(argc, argv);
	a.command_line = line;
	int code = check_stdout(dispatch(&a, argc, argv));
	free(a.args);
	arena_fini(&a.joined);
	free(a.opts);
	free(line);
	return code;
}
