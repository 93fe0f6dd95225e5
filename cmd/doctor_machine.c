/* SPDX-License-Identifier: Apache-2.0
 * doctor: what is around a project: tools, modules, git, the disk. */
#include "cmd/doctor.h"

#include <dlfcn.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define FEW_FILES 1024
#define LITTLE_ROOM (UINT64_C(1) << 30)

void
check_program(struct findings *f)
{
	struct rlimit files = {0};
	char path[4096];
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 1);

	path[n < 0 ? 0 : n] = '\0';
	found_ok(f, "program", "mlflow-c %s, %s", MLFLOW_C_VERSION, path);
	if (getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_max < FEW_FILES)
		found_note(f, "program", "raise it: ulimit -Hn 65536",
			"a process may have %llu files open; each table in memory is one",
			(unsigned long long)files.rlim_max);
}

void
check_tools(struct findings *f)
{
	const char *cc = getenv("CC") ? getenv("CC") : "cc";
	char path[4096];
	struct err e;

	if (find_tool(cc, path, sizeof(path)))
		found_ok(f, "compiler", "%s", path);
	else
		found_note(f, "compiler", "install it: apt-get install gcc libc6-dev",
			"there is no `%s`, so nodes cannot be compiled", cc);
	if (find_include(path, sizeof(path), &e) == 0)
		found_ok(f, "headers", "%s/mlflow-c/node.h", path);
	else
		found_error(f, "headers", &e, true);
}

void
check_modules(struct findings *f)
{
	static const struct {
		const char *kind, *name, *what, *library, *package;
	} modules[] = {{"datasets", "postgres", "tables of PostgreSQL", "libpq5", "libpq-dev"},
		{"flavors", "xgboost", "training of boosted trees", "libxgboost0",
			"libxgboost-dev"}};
	struct str fix = {0};

	for (size_t i = 0; i < sizeof(modules) / sizeof(modules[0]); i++) {
		char *path = module_path(modules[i].kind, modules[i].name);
		void *so = path ? dlopen(path, RTLD_NOW | RTLD_LOCAL) : NULL;

		str_reset(&fix);
		if (path)
			str_addf(&fix, "install its library: apt-get install %s",
				modules[i].library);
		else
			str_addf(&fix, "install %s, and build mlflow-c again", modules[i].package);
		if (!path)
			found_note(f, "module", str_text(&fix), "%s is not there: no %s",
				modules[i].name, modules[i].what);
		else if (!so)
			found_note(f, "module", str_text(&fix), "%s cannot be loaded: %s",
				modules[i].name, dlerror());
		else
			found_ok(f, "module", "%s: %s", modules[i].name, modules[i].what);
		if (so)
			(void)dlclose(so);
		free(path);
	}
	str_fini(&fix);
}

void
check_disk(struct findings *f, const char *root)
{
	struct statvfs v;
	uint64_t room;
	struct str text = {0};

	if (statvfs(root, &v) != 0)
		return;
	room = (uint64_t)v.f_bavail * v.f_frsize;
	str_add_bytes(&text, room);
	if (v.f_flag & ST_RDONLY)
		found_note(f, "disk", "run it on a copy that can be written to",
			"the project is on a file system that cannot be written to");
	else if (room < LITTLE_ROOM)
		found_note(f, "disk", "remove old runs: mlflow-c runs gc", "%s are free",
			str_text(&text));
	else
		found_ok(f, "disk", "%s are free", str_text(&text));
	if (v.f_files && v.f_favail < v.f_files / 100)
		found_note(f, "disk", "remove small files", "fewer than 1 in 100 inodes are free");
	str_fini(&text);
}

/* A fact that is a text, from what the git state is told as. */
static char *
fact(const char *json, const char *wanted)
{
	const char *key;
	char *value = NULL;
	struct jr r;

	jr_init(&r, json, strlen(json));
	if (jr_object(&r)) {
		while (jr_next(&r, &key))
			if (!value && str_eq(key, wanted) && jr_peek(&r) == J_STRING)
				value = mem_strdup(jr_str(&r));
	}
	jr_fini(&r);
	return value;
}

void
check_git(struct findings *f, const char *root)
{
	struct str json = {0};
	char *commit, *unknown;
	struct jw w;

	jw_init(&w, &json);
	project_git_facts(root, NULL, &w);
	commit = fact(str_text(&json), "commit");
	unknown = fact(str_text(&json), "unknown");
	if (commit)
		found_ok(f, "git", "at %.12s: runs record it", commit);
	else
		found_note(f, "git",
			unknown && strstr(unknown, "libgit2 is not installed")
				? "install it: apt-get install libgit2-1.5"
				: "git init && git add -A && git commit -m begin",
			"runs record no commit: %s", unknown ? unknown : "there is none yet");
	free(commit);
	free(unknown);
	str_fini(&json);
}
