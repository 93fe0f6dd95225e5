/* SPDX-License-Identifier: Apache-2.0
 * Which environment overlays conf/base: --conf, else MLFLOW_C_CONF, else `local` where it exists.
 *
 * "base" means no overlay. An environment that was asked for must exist: running with base alone
 * because of a typo would be the worst of answers. */
#include "project/parts.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static bool
is_folder(int rootfd, const char *path)
{
	int fd = file_open(rootfd, path, O_PATH | O_DIRECTORY, false, NULL);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

/* The folders of conf/, for messages. Best effort. */
static void
list_envs(int rootfd, struct map *envs)
{
	int fd = file_open(rootfd, "conf", O_RDONLY | O_DIRECTORY, false, NULL);
	struct dirent **names = NULL;
	struct stat st;
	int n = 0;

	if (fd >= 0)
		n = scandirat(fd, ".", &names, NULL, alphasort);
	for (int i = 0; i < n; i++) {
		const char *name = names[i]->d_name;

		if (str_is_name(name) && fstatat(fd, name, &st, 0) == 0 && S_ISDIR(st.st_mode))
			map_put(envs, name, NULL);
		free(names[i]);
	}
	free(names);
	if (fd >= 0)
		close(fd);
}

static int
no_env(int rootfd, const char *env, const char *from, struct err *e)
{
	struct map envs = {0};
	struct str list = {0};
	const char *near;

	list_envs(rootfd, &envs);
	for (size_t i = 0; i < envs.n; i++)
		str_addf(&list, "%s%s", i ? ", " : "", envs.keys[i]);
	err_set(e, MLC_NO_ENV, "there is no environment `%s`: conf/%s is no folder", env, env);
	near = map_near(&envs, env);
	if (near)
		err_help(e, "did you mean `%s`?", near);
	else
		err_help(e, "make the folder conf/%s, or name another environment", env);
	err_note(e, "environments: %s", str_text(&list));
	if (from)
		err_note(e, "the name comes from %s", from);
	str_fini(&list);
	map_fini(&envs);
	return -1;
}

int
env_choose(struct arena *a, int rootfd, const char *wanted, const char **env, struct err *e)
{
	const char *name = wanted, *from = NULL;
	char path[160];

	if (!name) {
		name = getenv("MLFLOW_C_CONF");
		name = name && *name ? name : NULL;
		from = name ? "MLFLOW_C_CONF" : NULL;
	}
	if (!name)
		name = is_folder(rootfd, "conf/local") ? "local" : "base";
	*env = arena_strdup(a, name);
	if (!str_is_name(name)) {
		err_set(e, MLC_NO_ENV, "`%s` cannot be the name of an environment", name);
		return err_help(e, "letters, digits, `_`, `-` and `.`; the folder is conf/<name>");
	}
	(void)snprintf(path, sizeof(path), "conf/%s", name);
	return is_folder(rootfd, path) ? 0 : no_env(rootfd, name, from, e);
}
