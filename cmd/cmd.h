/* SPDX-License-Identifier: Apache-2.0
 * The room cmd/: the command line. A command is one file that ends with one `const struct cmd`;
 * main.c holds the list. Only this room prints and decides exit codes. */
#ifndef CMD_CMD_H
#define CMD_CMD_H

#include "base/base.h"
#include "pipeline/pipeline.h"

#define MLFLOW_C_VERSION "0.1.0"
#define PROGRAM_SUMMARY "Runs machine-learning pipelines of C nodes and keeps the record."

struct exit_code {
	int code;
	const char *what; /* NULL: the end of the list */
};
extern const struct exit_code exit_codes[];

#define OPT_LIST_MAX 32
enum opt_type { OPT_FLAG, OPT_COUNT, OPT_STR, OPT_INT, OPT_LIST, OPT_COMMAS };
struct opt_list { /* of an option that may be given several times */
	const char *v[OPT_LIST_MAX];
	size_t n;
};
struct opt {
	const char *name; /* without the dashes; the last entry of a list has none */
	char letter;      /* 0: no short form */
	enum opt_type type;
	/* Into the command's struct: bool, int, const char *, int64_t, opt_list, const char * (a list with
	 * commas, which becomes longer each time that it is given). */
	size_t offset;
	const char *arg;  /* what the help calls the value */
	const char *help; /* NULL: an alias, not shown */
};

/* What every command may be told, before or after its name. */
struct globals {
	const char *conf, *dir, *color, *store;
	bool json, plain, quiet, help, version;
	int verbose;
};

#define NEEDS_PROJECT 1u
#define NEEDS_STORE 2u   /* for reading */
#define NEEDS_WORKERS 4u /* the zygote is forked before anything else */
#define TAKES_PARAMS 8u  /* the command's struct begins with struct param_opts */

struct param_opts {
	const char *params, *params_file;
};
#define PARAM_OPTS(type)                                                                           \
	{"params", 0, OPT_COMMAS, offsetof(type, params.params), "K=V,..", "override parameters"}, \
	{                                                                                          \
		"params-file", 0, OPT_STR, offsetof(type, params.params_file), "FILE",             \
			"override them from a YAML file"                                           \
	}

/* What `run` selects, for a struct with a member `slice`. */
#define SLICE_OPTS(type)                                                                          \
	{"nodes", 'n', OPT_COMMAS, offsetof(type, slice.nodes), "A,B", "only these nodes"},       \
		{"from-nodes", 0, OPT_COMMAS, offsetof(type, slice.from_nodes), "A,B",            \
			"these and what is behind them"},                                         \
		{"to-nodes", 0, OPT_COMMAS, offsetof(type, slice.to_nodes), "A,B",                \
			"these and what they need"},                                              \
		{"from-inputs", 0, OPT_COMMAS, offsetof(type, slice.from_inputs), "X,Y",          \
			"readers of datasets and what is behind them"},                           \
		{"to-outputs", 0, OPT_COMMAS, offsetof(type, slice.to_outputs), "X,Y",            \
			"writers of datasets and what they need"},                                \
		{"tags", 't', OPT_COMMAS, offsetof(type, slice.tags), "X,Y", "nodes with a tag"}, \
		{"namespaces", 0, OPT_COMMAS, offsetof(type, slice.namespaces), "A,B.C",          \
			"nodes in a namespace"},                                                  \
	{                                                                                         \
		"only-missing-outputs", 0, OPT_FLAG, offsetof(type, slice.only_missing), NULL,    \
			"leave out what would write only what exists"                             \
	}

struct app {
	struct globals g;
	const char *command_line;          /* as typed, for the record */
	const struct cmd *const *commands; /* all there are */
	const struct cmd *cmd;
	void *opts;          /* the command's struct, filled from its table */
	struct arena joined; /* values that were given in parts */
	int words;           /* of the command line that are the command's name */
	char **args;         /* what is left: positional arguments */
	int n_args;
	struct clock clock;
	uint64_t shuffle; /* for tests, see run_opts */
	struct term out, err;
	int placefd; /* the folder that places in messages are relative to; 0: that of the project */
	struct zygote *zygote;
	struct project *project;
	struct store *store;
};

struct cmd {
	const char *name; /* "registry list" */
	const char *args; /* "[NAME]", "" */
	int min_args, max_args;
	const char *summary;
	const char *const *examples; /* NULL-terminated: command, explanation, ... */
	unsigned needs;
	const struct opt *opts;
	size_t opts_size;
	/* The exit code. */
	int (*run)(struct app *a);
};
extern const struct cmd cmd_run, cmd_registry_list, cmd_runs_list, cmd_node_list, cmd_node_describe,
	cmd_node_run, cmd_explain, cmd_validate;
extern const struct cmd cmd_new, cmd_init, cmd_node_new;
extern const struct cmd cmd_runs_show, cmd_runs_compare, cmd_runs_logs, cmd_runs_tag, cmd_runs_note,
	cmd_runs_delete, cmd_runs_restore, cmd_runs_gc;
extern const struct cmd cmd_registry_show, cmd_registry_versions, cmd_registry_diff,
	cmd_registry_promote, cmd_registry_alias, cmd_registry_tag, cmd_registry_describe,
	cmd_registry_verify, cmd_registry_download, cmd_registry_delete, cmd_registry_reproduce;
extern const struct cmd cmd_runs_plot, cmd_runs_export, cmd_runs_import, cmd_registry_export,
	cmd_registry_import;
extern const struct cmd cmd_store_init, cmd_store_check, cmd_store_upgrade, cmd_store_backup,
	cmd_store_vacuum, cmd_store_relocate;
extern const struct cmd cmd_config_show, cmd_config_diff, cmd_catalog_list, cmd_catalog_describe,
	cmd_catalog_preview, cmd_catalog_validate, cmd_catalog_diff, cmd_catalog_lineage;
extern const struct cmd cmd_contract_check, cmd_contract_infer, cmd_contract_diff,
	cmd_contract_release;
extern const struct cmd cmd_completion, cmd_manual, cmd_doctor, cmd_predict;
extern const struct cmd cmd_pipeline_list, cmd_pipeline_show, cmd_pipeline_graph, cmd_viz,
	cmd_report;

/* main.c: opens the project with the flags that concern it. */
MUST_CHECK int app_project(struct app *a, struct errs *found);

/* opts.c */
MUST_CHECK int opts_parse(struct app *a, int argc, char **argv, struct err *e);
const struct opt *opts_global(void); /* of every command */
void help_command(const struct cmd *c, FILE *to);
void help_all(const struct cmd *const *all, FILE *to);

/* suggest.c: says that the words name no command, and what was meant. Returns -1. */
int unknown_command(const struct cmd *const *all, char **words, int n, struct err *e);

/* confirm.c: asks on a terminal whether to do `what`; elsewhere only --yes does. */
MUST_CHECK int confirm(const struct app *a, bool yes, const char *what, struct err *e);

#define EXIT_DIFFERS 10 /* what --exit-code of diff and compare gives */

/* report.c: errors and answers. */
int report(struct app *a, const struct err *e); /* prints; the exit code */
int report_all(struct app *a, struct errs *found);
void report_warning(const struct err *e); /* on stderr, without the line: it may be a secret */
/* The envelope of --json: begin, write the value of "data", end. */
void answer_begin(struct app *a, struct jw *w, struct str *out);
void answer_end(struct jw *w, struct str *out);
/* The folder in which to look for the project; NULL: the working folder. */
const char *app_dir(const struct app *a);
const char *store_path(struct app *a); /* beneath the root, or absolute */
/* Opens the store of the project for reading, or writing. */
MUST_CHECK int app_store(struct app *a, enum store_mode mode, struct err *e);
/* The store that was named on the command line or in the environment; NULL: none was. */
const char *app_store_given(const struct app *a);
/* A duration to show; 0 under an injected clock, so that sessions can be compared. */
uint64_t app_ms(const struct app *a, int64_t us);

/* table.c: columns as wide as their content; numbers to the right; tab-separated with --plain. */
#define TABLE_RIGHT 32 /* columns that can be to the right */
struct table {
	struct str *cells; /* owned */
	size_t n, cap;
	int columns;
	unsigned right; /* bit i: column i to the right */
};
void table_cell(struct table *t, const char *fmt, ...) PRINTF(2, 3);
void table_head(struct table *t, const char *const *names); /* one for each column */
void table_number(struct table *t, double v);               /* as short as it reads back */
void table_time(struct table *t, int64_t ms);               /* to the minute */
void table_print(struct app *a, struct table *t); /* first row is the header; frees the table */
/* The same below an empty line; nothing at all if there is only the header. */
void table_drop(struct table *t); /* frees it unprinted */
void table_section(struct app *a, struct table *t);

/* node.c: PLUGIN[:NODE] on a command line. The plugin is known to be there. */
struct plugin_arg {
	char file[256];   /* its name */
	const char *path; /* as plugin_find gives it; lives as long as the project */
	const char *node; /* in the argument; NULL: not named */
};
MUST_CHECK int
plugin_arg(const struct app *a, const char *arg, struct plugin_arg *out, struct err *e);

/* load.c: what several commands do before their own work. */
struct loaded {
	struct arena arena;
	struct catalog *catalog;
	struct spec spec;
	struct graph graph;
	struct plan plan;
	struct map contracts; /* file -> contract */
};
struct load_opts {
	const char *pipeline;
	struct slice slice;
	const char *load_versions; /* as --load-versions; NULL: the last of each */
};
/* Project to plan; every problem goes to found. */
MUST_CHECK int
load_plan(struct app *a, const struct load_opts *o, struct loaded *out, struct errs *found);
void loaded_fini(struct loaded *l);
/* load_contracts.c: nodes wait for what the contracts look at that they check; then what the plan's
 * ports need to be checked. */
MUST_CHECK int load_waits(struct app *a, struct loaded *l, struct errs *found);
MUST_CHECK int load_contracts(struct app *a, struct loaded *l, struct errs *found);
/* load_graph.c: project to graph alone, without plugins. */
MUST_CHECK int
load_graph(struct app *a, const char *pipeline, struct loaded *out, struct errs *found);
/* What pipeline.yml says it is for, or NULL; borrowed. */
const char *pipeline_description(const struct app *a, const char *name);
/* Compiles plugins whose source is newer (run --build). */
MUST_CHECK int build_plugins(struct app *a, struct err *e);
/* The folder with mlflow-c/node.h: beside the source tree's build/, or of the installation. */
MUST_CHECK int find_include(char *out, size_t size, struct err *e);
/* Where the shell would find a program; false: nowhere. */
MUST_CHECK bool find_tool(const char *name, char *out, size_t size);
#define PLUGIN_DIR "build/nodes"

#endif
