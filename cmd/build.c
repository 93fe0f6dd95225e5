/* SPDX-License-Identifier: Apache-2.0
 * `run --build`: compiles the plugins whose source is newer than what was built from it.
 *
 * One cc call per plugin, into a hidden sibling that is renamed into place: a running plugin is never
 * written to. The hash of the source goes into the plugin, as the Makefile does it. */
#include "cmd/cmd.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

int
find_include(char *out, size_t size, struct err *e)
{
	static const char *const places[] = {"../include", "../../include", "../../../include"};
	char exe[4096], header[4352];
	ssize_t n = readlink("/proc/self/exe", exe, sizeof(exe) - 1);
	if (n < 0)
		return err_errno(e, MLC_PLUGIN_LOAD, "cannot find this program's folder");
	exe[n] = '\0';
	*strrchr(exe, '/') = '\0';
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		(void)snprintf(out, size, "%s/%s", exe, places[i]);
		(void)snprintf(header, sizeof(header), "%s/mlflow-c/node.h", out);
		if (access(header, R_OK) == 0)
			return 0;
	}
	err_set(e, MLC_PLUGIN_LOAD, "cannot find mlflow-c/node.h beside %s", exe);
	return err_help(e, "install mlflow-c with make install, or build the plugin with make");
}

bool
find_tool(const char *name, char *out, size_t size)
{
	const char *p = getenv("PATH");
	if (strchr(name, '/')) {
		(void)snprintf(out, size, "%s", name);
		return access(out, X_OK) == 0;
	}
	while (p && *p) {
		size_t n = strcspn(p, ":");
		(void)snprintf(out, size, "%.*s/%s", (int)n, p, name);
		if (n > 0 && access(out, X_OK) == 0)
			return true;
		p += n + (p[n] == ':');
	}
	return false;
}

static int
compile(const char *include, const char *name, const char *hash, struct err *e)
{
	extern char **environ;
	char inc[4400], def[128], stage[300], source[300];
	const char *cc = getenv("CC") ? getenv("CC") : "cc";
	(void)snprintf(inc, sizeof(inc), "-I%s", include);
	(void)snprintf(def, sizeof(def), "-DMLF_SOURCE_HASH=\"%s\"", hash);
	(void)snprintf(stage, sizeof(stage), PLUGIN_DIR "/.%s.so.new", name);
	(void)snprintf(source, sizeof(source), "nodes/%s.c", name);
	const char *argv[] = {cc, "-std=gnu11", "-O2", "-g", "-Wall", "-ffp-contract=off", "-fPIC",
		"-shared", inc, def, "-o", stage, source, "-lm", NULL};
	pid_t pid;
	int status,
		rc = posix_spawnp(&pid, cc, NULL, NULL, (char *const *)(uintptr_t)argv, environ);
	if (rc) {
		err_set(e, MLC_PLUGIN_LOAD, "cannot run the compiler `%s`: %s", cc, strerror(rc));
		return err_help(e, "install it: apt-get install gcc libc6-dev");
	}
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (!WIFEXITED(status) || WEXITSTATUS(status))
		return err_set(e, MLC_PLUGIN_LOAD, "%s does not compile", source);
	return 0;
}

/* True if the plugin is there and carries the hash of this source: its text is in the file. */
static bool
up_to_date(int rootfd, const char *path, const char *hash)
{
	struct str so = {0};
	struct err ignored;
	bool same = file_read(rootfd, path, false, &so, &ignored) == 0 &&
		memmem(str_text(&so), so.len, hash, strlen(hash)) != NULL;
	str_fini(&so);
	return same;
}

static int
build_one(struct app *a, const char *include, const char *name, struct err *e)
{
	char source[300], target[300], stage[300], hash[HASH_SHA_HEX];
	struct str text = {0};
	int rootfd = a->project->rootfd;
	(void)snprintf(source, sizeof(source), "nodes/%s.c", name);
	(void)snprintf(target, sizeof(target), PLUGIN_DIR "/%s.so", name);
	(void)snprintf(stage, sizeof(stage), PLUGIN_DIR "/.%s.so.new", name);
	if (file_read(rootfd, source, false, &text, e) < 0)
		return -1;
	hash_sha256(str_text(&text), text.len, hash);
	str_fini(&text);
	if (up_to_date(rootfd, target, hash))
		return 0;
	if (!a->g.quiet)
		(void)fprintf(stderr, "build %s\n", source);
	if (compile(include, name, hash, e) < 0)
		return -1;
	return file_replace(rootfd, stage, target, e);
}

static int
by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int
is_source(const struct dirent *d)
{
	return d->d_name[0] != '.' && str_ends(d->d_name, ".c");
}

int
build_plugins(struct app *a, struct err *e)
{
	char include[4300], name[256];
	struct dirent **list = NULL;
	int rc = 0, n;
	(void)umask(
		umask(0) | S_IWGRP | S_IWOTH); /* a plugin that others can write to is refused */
	if (chdir(a->project->root) < 0)
		return err_errno(e, MLC_FILE, "cannot enter %s", a->project->root);
	if (find_include(include, sizeof(include), e) < 0 ||
		file_mkdirs(a->project->rootfd, PLUGIN_DIR "/.", false, e) < 0)
		return -1;
	n = scandir("nodes", &list, is_source, by_name);
	if (n < 0 && errno == ENOENT) /* a project of YAML alone */
		return 0;
	if (n < 0)
		return err_errno(e, MLC_FILE, "cannot read the folder nodes");
	for (int i = 0; i < n; i++) {
		(void)snprintf(name, sizeof(name), "%.*s", (int)strlen(list[i]->d_name) - 2,
			list[i]->d_name);
		if (rc == 0 && str_is_name(name))
			rc = build_one(a, include, name, e);
		free(list[i]);
	}
	free(list);
	return rc;
}
