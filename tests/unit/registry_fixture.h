/* SPDX-License-Identifier: Apache-2.0
 * For tests of registry/: a project root of its own with a store in it, and SQL on the side. */
#ifndef TESTS_UNIT_REGISTRY_FIXTURE_H
#define TESTS_UNIT_REGISTRY_FIXTURE_H

#include "tests/unit/unit.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "registry/store.h"

struct fixture {
	char root[64];
	int rootfd;
	struct clock clock;
	struct err e;
};

/* All tests but those about speed may do without the disk: /dev/shm makes fsync free. TEST_DIR names
 * another folder. */
static inline struct fixture
fixture_make(void)
{
	struct fixture f = {.rootfd = -1};
	const char *dir = getenv("TEST_DIR");

	if (!dir)
		dir = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
	snprintf(f.root, sizeof f.root, "%s/mlc-registry-XXXXXX", dir);
	cr_assert(mkdtemp(f.root) != NULL);
	f.rootfd = open(f.root, O_DIRECTORY | O_CLOEXEC);
	cr_assert(f.rootfd >= 0);
	return f;
}

static inline void
fixture_drop(struct fixture *f)
{
	struct str command = {0};

	close(f->rootfd);
	str_addf(&command, "rm -rf %s", f->root);
	cr_assert(system(command.s) == 0);
	str_fini(&command);
}

static inline struct store_opts
fixture_opts(struct fixture *f, enum store_mode mode)
{
	return (struct store_opts){.root = f->root,
		.rootfd = f->rootfd,
		.path = "runs/mlflow.db",
		.experiment = "demo",
		.clock = &f->clock,
		.mode = mode};
}

static inline struct store *
fixture_open(struct fixture *f, enum store_mode mode)
{
	struct store_opts o = fixture_opts(f, mode);
	struct store *s = NULL;
	int rc = store_open(&s, &o, &f->e);

	cr_assert(rc == 0, "%s (%s)", f->e.msg, f->e.note);
	return s;
}

static inline struct run_id
fixture_run(struct fixture *f, struct store *s, const char *name)
{
	struct run_new r = {.name = name, .pipeline = "training", .env = "base", .seed = 7};
	struct run_id id;
	int rc = run_begin(s, &r, &id, &f->e);

	cr_assert(rc == 0, "%s (%s)", f->e.msg, f->e.note);
	return id;
}

/* The whole path of a file of the project, in buf. */
static inline const char *
fixture_path(const struct fixture *f, const char *path, char buf[static 256])
{
	snprintf(buf, 256, "%s/%s", f->root, path);
	return buf;
}

static inline void
fixture_write(struct fixture *f, const char *path, const char *text)
{
	cr_assert(file_mkdirs(f->rootfd, path, false, &f->e) == 0, "%s", f->e.msg);
	cr_assert(file_publish(f->rootfd, path, text, strlen(text), &f->e) == 0, "%s", f->e.msg);
}

/* Another program's look at the store: the rows of a query, columns by '|', rows by a line end. */
static inline char *
fixture_sql(struct fixture *f, const char *sql, int columns)
{
	struct db *db;
	struct rows *rows;
	struct str out = {0};
	char path[256];

	cr_assert(db_open(&db, fixture_path(f, "runs/mlflow.db", path), DB_READ, &f->e) == 0, "%s",
		f->e.msg);
	cr_assert(db_query(db, &rows, &f->e, sql, "") == 0, "%s", f->e.msg);
	while (rows_next(rows, &f->e) == 1)
		for (int i = 0; i < columns; i++)
			str_addf(&out, "%s%s", rows_null(rows, i) ? "-" : rows_str(rows, i),
				i + 1 < columns ? "|" : "\n");
	rows_end(rows);
	db_close(db);
	if (!out.s)
		str_add(&out, "");
	return out.s;
}

static inline void
expect_sql(struct fixture *f, const char *sql, int columns, const char *want)
{
	char *got = fixture_sql(f, sql, columns);

	cr_expect(strcmp(got, want) == 0, "%s gave:\n%swant:\n%s", sql, got, want);
	free(got);
}

/* Another program's change of the store. */
static inline void
fixture_change(struct fixture *f, const char *script)
{
	struct db *db;
	char path[256];

	cr_assert(db_open(&db, fixture_path(f, "runs/mlflow.db", path), DB_WRITE, &f->e) == 0, "%s",
		f->e.msg);
	cr_assert(db_script(db, script, &f->e) == 0, "%s", f->e.msg);
	db_close(db);
}

/* A model folder as small as MLflow takes it. */
static inline void
fixture_model(struct fixture *f, const char *path)
{
	char file[256];

	snprintf(file, sizeof file, "%s/MLmodel", path);
	fixture_write(f, file,
		"flavors:\n  python_function:\n    data: model.json\n    loader_module: none\n");
	snprintf(file, sizeof file, "%s/model.json", path);
	fixture_write(f, file, "{\"weights\": [1, 2]}\n");
}

#endif
