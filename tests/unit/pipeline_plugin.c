/* SPDX-License-Identifier: Apache-2.0
 * pipeline/plugin_load.c and plugin.c: which files are plugins, and which are refused and why.
 *
 * The plugins are those of tests/nodes; they lie beside this program once they are built. */
#include "tests/unit/pipeline_kit.h"

#include <sys/sysmacros.h>
#include "pipeline/plugin.h"

LEAK_SUITE(pipeline_plugin);

#define PATH "build/nodes/p.so"

static void
copy(const char *from, const char *to, mode_t mode)
{
	struct str text = {0};
	struct err e;
	int fd = open(from, O_RDONLY | O_CLOEXEC);

	cr_assert(fd >= 0, "%s is not there; build it: make built", from);
	cr_assert(file_read_fd(fd, from, &text, &e) == 0);
	close(fd);
	fd = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0700);
	cr_assert(fd >= 0 && file_write_all(fd, str_text(&text), text.len, &e) == 0);
	cr_assert(fchmod(fd, mode) == 0);
	close(fd);
	str_fini(&text);
}

static void
fixture(const char *name, char path[PATH_MAX])
{
	char self[PATH_MAX / 2];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

	cr_assert(n > 0);
	self[n] = '\0';
	*strrchr(self, '/') = '\0';
	(void)snprintf(path, PATH_MAX, "%s/nodes/%s.so", self, name);
}

/* A project folder with the fixture `name` as its only plugin. */
struct place_of_plugin {
	struct dir dir;
	char path[PATH_MAX];
};

static void
put(struct place_of_plugin *p, const char *name)
{
	char from[PATH_MAX];

	umask(022);
	dir_open(&p->dir);
	dir_mkdir(&p->dir, "build/nodes");
	dir_mkdir(&p->dir, "conf/base");
	(void)snprintf(p->path, sizeof(p->path), "%s/%s", p->dir.path, PATH);
	if (!name)
		return;
	fixture(name, from);
	copy(from, p->path, 0755);
}

static void
drop(struct place_of_plugin *p)
{
	dir_close(&p->dir);
}

static int
load(const struct place_of_plugin *p, struct arena *a, struct plugin *out, struct err *e)
{
	*e = (struct err){0};
	return plugin_load(a, p->dir.path, PATH, NULL, out, e);
}

Test(pipeline_plugin, a_plugin_tells_its_nodes_and_its_hash)
{
	struct place_of_plugin p;
	struct arena a = {0};
	struct plugin plugin;
	char hash[HASH_SHA_HEX];
	struct err e;

	put(&p, "faults");
	cr_assert(load(&p, &a, &plugin, &e) == 0, "%s", e.msg);
	cr_expect_str_eq(plugin.info.name, "faults");
	cr_expect_str_eq(plugin.info.version, "1.0");
	cr_expect_str_eq(plugin.info.path, PATH);
	cr_expect(strlen(plugin.info.source_hash) == 64);
	cr_expect(hash_sha256_fd(plugin.fd, hash, &e) == 0);
	cr_expect_str_eq(plugin.info.hash, hash);
	const struct mlf_node *passes = plugin_node(&plugin.info, "passes");
	cr_assert(passes != NULL);
	cr_expect_str_eq(passes->inputs[0].name, "table");
	cr_expect(passes->inputs[0].kind == MLF_TABLE && !passes->inputs[1].name);
	cr_expect(passes->run != NULL);
	cr_expect(!plugin_node(&plugin.info, "none"));
	cr_expect(fcntl(plugin.fd, F_GETFD) & FD_CLOEXEC);
	arena_fini(&a);
	drop(&p);
}

Test(pipeline_plugin, two_plugins_do_not_get_into_each_others_way)
{
	struct place_of_plugin p, q;
	struct arena a = {0};
	struct plugin one, two;
	struct err e;

	put(&p, "faults");
	put(&q, "noop");
	cr_assert(load(&p, &a, &one, &e) == 0);
	cr_assert(load(&q, &a, &two, &e) == 0);
	cr_expect_str_eq(one.info.name, "faults");
	cr_expect_str_eq(two.info.name, "noop");
	arena_fini(&a);
	drop(&p);
	drop(&q);
}

/* Loads what must be refused, and leaves no descriptor open. */
static void
refused(const struct place_of_plugin *p, enum err_code code, const char *part)
{
	struct arena a = {0};
	struct plugin plugin;
	struct err e;
	int next = dup(0);

	close(next);
	cr_expect(load(p, &a, &plugin, &e) == -1, "%s", part);
	cr_expect(e.code == code, "%s: code %d: %s", part, e.code, e.msg);
	cr_expect(strstr(e.msg, part) != NULL, "%s: %s", part, e.msg);
	int now = dup(0);
	cr_expect(now == next, "%s: a descriptor is left", part);
	close(now);
	arena_fini(&a);
}

static void
inside(const struct place_of_plugin *p, const char *part, mode_t mode)
{
	char path[PATH_MAX + 16];

	(void)snprintf(path, sizeof(path), "%s/%s", p->dir.path, part);
	cr_assert(chmod(path, mode) == 0);
}

Test(pipeline_plugin, a_file_that_others_may_write_is_refused)
{
	static const mode_t modes[] = {0757, 0775, 0777, 0702, 0720};
	struct place_of_plugin p;

	put(&p, "noop");
	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		inside(&p, PATH, modes[i]);
		refused(&p, MLC_PLUGIN_REFUSED, "others may write to it");
	}
	drop(&p);
}

Test(pipeline_plugin, a_folder_above_it_that_others_may_write_is_refused)
{
	static const char *const folders[] = {"build/nodes", "build", "."};
	struct place_of_plugin p;

	put(&p, "noop");
	for (size_t i = 0; i < 3; i++) {
		inside(&p, folders[i], 0775);
		refused(&p, MLC_PLUGIN_REFUSED, "others may write to the folder");
		inside(&p, folders[i], 0757);
		refused(&p, MLC_PLUGIN_REFUSED, "others may write to the folder");
		inside(&p, folders[i], 0755);
	}
	drop(&p);
}

Test(pipeline_plugin, a_sticky_folder_passes)
{
	struct place_of_plugin p;
	struct arena a = {0};
	struct plugin plugin;
	struct err e;

	put(&p, "noop");
	inside(&p, "build", 01777);
	cr_expect(load(&p, &a, &plugin, &e) == 0, "%s", e.msg);
	arena_fini(&a);
	drop(&p);
}

Test(pipeline_plugin, what_belongs_to_somebody_else_is_refused)
{
	struct place_of_plugin p;
	char folder[PATH_MAX + 16];

	if (geteuid() != 0)
		cr_skip_test("only root can give files away");
	put(&p, "noop");
	cr_assert(chown(p.path, 12345, 12345) == 0);
	refused(&p, MLC_PLUGIN_REFUSED, "belongs to another user");
	cr_assert(chown(p.path, 0, 0) == 0);
	(void)snprintf(folder, sizeof(folder), "%s/build", p.dir.path);
	cr_assert(chown(folder, 12345, 12345) == 0);
	refused(&p, MLC_PLUGIN_REFUSED, "belongs to another user");
	/* unless the whole project is theirs */
	struct arena a = {0};
	struct plugin plugin;
	struct err e;
	cr_assert(chown(p.dir.path, 12345, 12345) == 0);
	cr_expect(load(&p, &a, &plugin, &e) == 0, "%s", e.msg);
	arena_fini(&a);
	drop(&p);
}

Test(pipeline_plugin, only_a_regular_file_is_opened)
{
	struct place_of_plugin p;
	char real[PATH_MAX + 16];

	put(&p, "noop");
	(void)snprintf(real, sizeof(real), "%s.real", p.path);
	cr_assert(rename(p.path, real) == 0);
	refused(&p, MLC_PLUGIN_LOAD, "No such file");
	cr_assert(symlink("p.so.real", p.path) == 0);
	refused(&p, MLC_PLUGIN_REFUSED, "symbolic link");
	cr_assert(unlink(p.path) == 0 && mkfifo(p.path, 0644) == 0);
	refused(&p, MLC_PLUGIN_REFUSED, "no regular file");
	cr_assert(unlink(p.path) == 0 && mkdir(p.path, 0755) == 0);
	refused(&p, MLC_PLUGIN_REFUSED, "no regular file");
	cr_assert(rmdir(p.path) == 0);
	drop(&p);
}

Test(pipeline_plugin, a_file_that_is_no_library_is_refused)
{
	struct place_of_plugin p;
	struct err e;

	put(&p, NULL);
	dir_write(&p.dir, PATH,
		"this is text, and long enough not to be called too short, "
		"which is what the loader says of files without a whole header");
	refused(&p, MLC_PLUGIN_LOAD, "does not load");
	cr_assert(file_publish(p.dir.fd, PATH, "", 0, &e) == 0);
	refused(&p, MLC_PLUGIN_LOAD, "does not load");
	drop(&p);
}

/* The file of a library that this process has loaded. */
static void
find_library(const char *name, char path[PATH_MAX])
{
	char line[PATH_MAX];
	FILE *f = fopen("/proc/self/maps", "r");

	path[0] = '\0';
	while (!path[0] && fgets(line, sizeof(line), f)) {
		char *slash = strchr(line, '/');
		if (slash && strstr(slash, name)) {
			slash[strcspn(slash, "\n")] = '\0';
			(void)snprintf(path, PATH_MAX, "%s", slash);
		}
	}
	fclose(f);
	cr_assert(path[0], "%s is not loaded", name);
}

Test(pipeline_plugin, a_library_that_is_no_plugin_is_refused)
{
	struct place_of_plugin p;
	char from[PATH_MAX];

	put(&p, NULL);
	find_library("libm.so", from);
	copy(from, p.path, 0755);
	refused(&p, MLC_PLUGIN_LOAD, "exports no mlf_plugin_v1");
	drop(&p);
}

Test(pipeline_plugin, a_later_abi_is_refused_with_both_versions)
{
	struct place_of_plugin p;
	struct arena a = {0};
	struct plugin plugin;
	struct err e;

	put(&p, "newer");
	cr_expect(load(&p, &a, &plugin, &e) == -1);
	cr_expect(e.code == MLC_PLUGIN_ABI);
	char both[64];
	(void)snprintf(both, sizeof(both), "ABI %d.%d, this program has %d.%d", MLF_ABI_MAJOR,
		MLF_ABI_MINOR + 1, MLF_ABI_MAJOR, MLF_ABI_MINOR);
	cr_expect(strstr(e.msg, both), "%s", e.msg);
	arena_fini(&a);
	drop(&p);
}

Test(pipeline_plugin, a_known_file_is_not_hashed_again_unless_it_changed)
{
	struct place_of_plugin p;
	struct arena a = {0};
	struct plugin first, again, changed;
	struct err e = {0};

	put(&p, "noop");
	cr_assert(load(&p, &a, &first, &e) == 0);
	struct plugin_expected known = {first.info.id, first.info.hash};
	cr_assert(plugin_load(&a, p.dir.path, PATH, &known, &again, &e) == 0);
	cr_expect(!again.info.hash[0]);
	inside(&p, PATH, 0700); /* the change time cannot be set back */
	cr_assert(plugin_load(&a, p.dir.path, PATH, &known, &changed, &e) == 0);
	cr_expect_str_eq(changed.info.hash, first.info.hash);
	known.hash = "another";
	cr_expect(plugin_load(&a, p.dir.path, PATH, &known, &changed, &e) == -1);
	cr_expect(e.code == MLC_PLUGIN_STALE);
	inside(&p, PATH, 0777);
	cr_expect(plugin_load(&a, p.dir.path, PATH, &known, &changed, &e) == -1);
	cr_expect(e.code == MLC_PLUGIN_REFUSED);
	arena_fini(&a);
	drop(&p);
}

/* ---- described by a worker */

static int
describe(struct zygote *z, const struct project *p, struct arena *a, const struct plugin_info **out,
	struct err *e)
{
	*e = (struct err){0};
	return plugin_describe(z, a, p, PATH, out, e);
}

Test(pipeline_plugin, a_worker_describes_what_it_loaded)
{
	struct place_of_plugin p;
	struct arena a = {0};
	struct zygote *z;
	const struct plugin_info *info;
	const struct mlf_node *nodes;
	struct err e;

	cr_assert(zygote_start(&z, &e) == 0);
	put(&p, "shop");
	struct project *project = must_open(&p.dir, NULL);
	cr_assert(describe(z, project, &a, &info, &e) == 0, "%s", e.msg);
	cr_expect_str_eq(plugin_path(info), PATH);
	cr_expect(strlen(plugin_hash(info)) == 64);
	size_t n = plugin_nodes(info, &nodes);
	cr_assert(n > 3 && plugin_node(info, "convert"));
	const struct mlf_param *rate = plugin_node(info, "convert")->params;
	cr_expect_str_eq(rate->key, "rate");
	cr_expect(rate->type == MLF_FLOAT && !rate->def && rate->min == 0.01 && rate->max == 100);
	cr_expect(!rate[1].key);
	const struct mlf_port *ports = plugin_node(info, "letter")->inputs;
	cr_expect(ports[1].flags == MLF_OPTIONAL && ports[1].kind == MLF_TABLE && !ports[2].name);
	cr_expect_str_eq(ports[0].help, "sum and counts");
	project_close(project);
	arena_fini(&a);
	drop(&p);
	zygote_stop(z);
}

Test(pipeline_plugin, a_plugin_that_crashes_while_loading_takes_a_worker_and_nothing_else)
{
	struct place_of_plugin p;
	struct arena a = {0};
	struct zygote *z;
	const struct plugin_info *info;
	struct err e;
	char from[PATH_MAX];

	cr_assert(zygote_start(&z, &e) == 0);
	put(&p, "dies_loading");
	struct project *project = must_open(&p.dir, NULL);
	for (int i = 0; i < 3; i++) {
		cr_expect(describe(z, project, &a, &info, &e) == -1);
		cr_expect(e.code == MLC_PLUGIN_LOAD);
		cr_expect(strstr(e.msg, "crashed while loading (Aborted)"), "%s", e.msg);
	}
	fixture("noop", from);
	cr_assert(unlink(p.path) == 0);
	copy(from, p.path, 0755);
	cr_expect(describe(z, project, &a, &info, &e) == 0, "%s", e.msg);
	project_close(project);
	arena_fini(&a);
	drop(&p);
	zygote_stop(z);
}

Test(pipeline_plugin, a_refusal_crosses_with_its_code_and_help)
{
	struct place_of_plugin p;
	struct arena a = {0};
	struct zygote *z;
	const struct plugin_info *info;
	struct err e;

	cr_assert(zygote_start(&z, &e) == 0);
	put(&p, "noop");
	inside(&p, PATH, 0777);
	struct project *project = must_open(&p.dir, NULL);
	cr_expect(describe(z, project, &a, &info, &e) == -1);
	cr_expect(e.code == MLC_PLUGIN_REFUSED);
	cr_expect_str_eq(e.help, "chmod go-w " PATH);
	project_close(project);
	arena_fini(&a);
	drop(&p);
	zygote_stop(z);
}
