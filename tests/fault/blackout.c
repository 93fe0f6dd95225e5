/* SPDX-License-Identifier: Apache-2.0
 * blackout: what a disk may hold when the power fails in the middle of a run.
 *
 *	blackout LOG BASE                   lists the states, one a line: POINT HOW K, and the K-th call, or the one before POINT
 *	blackout LOG BASE INTO POINT HOW K  makes one of them as the folder INTO
 *
 * LOG is what `meddle -o` wrote of the run, BASE the folder as it was before; all of BASE is on the disk. At
 * POINT, that many calls were made. A call is on the disk for sure if a later one before POINT flushed it: a
 * file's fsync its bytes and size, a folder's fsync the names in it, and nothing else, which is less than any
 * filesystem of Linux does. The other calls are loose, and HOW says what became of them:
 *
 *	none, all    no loose call is on the disk; every one
 *	names K      the first K loose changes of names, as a journal keeps them, and no bytes
 *	sizes K      the same, and files are as long as they were made, but with zeros where bytes are new
 *	bytes K      the same, and all bytes
 *	but K        all without the K-th
 *	only K       the K-th alone
 *	torn K       the first K, of which the last, a write, is there in half: in whole pages or sectors
 *	some K       each with even chance, a write in half, too
 *
 * What is never broken up is one change of names: a rename and an exchange happen or do not. Modes and owners are
 * not followed. The sets of calls differ from state to state, not always what they come to. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	NODES_MAX = 4096,
	OPS_MAX = 8192,
	SOME = 4,
	PAGE = 4096,
	SECTOR = 512,
	ROOT = 0,
	NOWHERE = -1
};

/* A file or folder. Its place is a name in a folder; one that has none, or whose folder has none, is gone. */
struct node {
	int folder; /* the node it lies in, or NOWHERE */
	char name[256];
	bool is_folder;
	mode_t mode;
	char *bytes; /* owned */
	size_t n;
};

struct world {
	struct node v[NODES_MAX];
	int n;
};

enum kind { PLACE, EXCHANGE, REMOVE, WRITE, CUT, FLUSH, OTHER };

/* A call of the log, about nodes instead of paths. */
struct op {
	enum kind kind;
	int node, other;  /* other: the second of an exchange */
	int from, to;     /* the folders whose names change, or NOWHERE */
	char name[256];   /* of node in `to` */
	char old[256];    /* of an exchange: of the other in `from` */
	long long at;     /* of a write; or the new size */
	size_t n;         /* bytes of a write */
	char *bytes;      /* owned */
	int safe;         /* the call that flushes it */
	char label[4400]; /* for people */
};

struct trace {
	struct op *v;
	int n;
};

enum keep { DROP, KEEP, HALF, SIZE };

static void
die(const char *what)
{
	fprintf(stderr, "blackout: %s: %s\n", what, errno ? strerror(errno) : "not understood");
	exit(125);
}

/* ---- nodes */

static int
node_new(struct world *w, bool is_folder)
{
	if (w->n == NODES_MAX)
		die("too many files");
	w->v[w->n] = (struct node){
		.folder = NOWHERE, .is_folder = is_folder, .mode = is_folder ? 0755 : 0644};
	return w->n++;
}

static int
node_in(const struct world *w, int folder, const char *name)
{
	for (int i = 1; i < w->n; i++)
		if (w->v[i].folder == folder && strcmp(w->v[i].name, name) == 0)
			return i;
	return NOWHERE;
}

/* Whatever had the place has none any more. */
static void
node_place(struct world *w, int node, int folder, const char *name)
{
	int before = node_in(w, folder, name);
	if (before != NOWHERE)
		w->v[before].folder = NOWHERE;
	w->v[node].folder = folder;
	(void)snprintf(w->v[node].name, sizeof(w->v[node].name), "%s", name);
}

/* The node at a path, and the folder and last part of the path. */
static int
find(const struct world *w, const char *path, int *folder, char *name)
{
	char copy[4096];
	int at = ROOT;
	*folder = NOWHERE;
	*name = 0;
	(void)snprintf(copy, sizeof(copy), "%s", path);
	for (char *rest = NULL, *part = strtok_r(copy, "/", &rest); part;
		part = strtok_r(NULL, "/", &rest)) {
		if (strcmp(part, ".") == 0)
			continue;
		*folder = at;
		(void)snprintf(name, 256, "%s", part);
		at = at == NOWHERE ? NOWHERE : node_in(w, at, part);
	}
	return at;
}

static void
grow(struct node *f, size_t n)
{
	if (n <= f->n)
		return;
	f->bytes = realloc(f->bytes, n);
	if (!f->bytes)
		die("memory");
	memset(f->bytes + f->n, 0, n - f->n);
	f->n = n;
}

static void
slurp(struct node *f, const char *path)
{
	struct stat st;
	FILE *in = fopen(path, "rbe");
	if (!in || fstat(fileno(in), &st) < 0)
		die(path);
	grow(f, (size_t)st.st_size);
	if (f->n && fread(f->bytes, f->n, 1, in) != 1)
		die(path);
	f->mode = st.st_mode & 0777;
	fclose(in);
}

static void
load(struct world *w, int folder, const char *path)
{
	DIR *d = opendir(path);
	if (!d)
		die(path);
	for (struct dirent *entry; (entry = readdir(d));) {
		char below[4096];
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		(void)snprintf(below, sizeof(below), "%s/%s", path, entry->d_name);
		int node = node_new(w, entry->d_type == DT_DIR);
		node_place(w, node, folder, entry->d_name);
		if (entry->d_type == DT_DIR)
			load(w, node, below);
		else
			slurp(&w->v[node], below);
	}
	closedir(d);
}

/* ---- the log */

/* Names change as in the run; a call that was not made on this disk may leave less to change. */
static void
apply_names(struct world *w, const struct op *op)
{
	if (op->kind == PLACE)
		node_place(w, op->node, op->to, op->name);
	if (op->kind == REMOVE)
		w->v[op->node].folder = NOWHERE;
	if (op->kind == EXCHANGE) {
		node_place(w, op->node, op->to, op->name);
		node_place(w, op->other, op->from, op->old);
	}
}

static const struct {
	const char *call;
	enum kind kind;
} kinds[] = {{"create", PLACE}, {"mkdir", PLACE}, {"mkdirat", PLACE}, {"rename", PLACE},
	{"renameat", PLACE}, {"renameat2", PLACE}, {"unlink", REMOVE}, {"unlinkat", REMOVE},
	{"rmdir", REMOVE}, {"write", WRITE}, {"pwrite64", WRITE}, {"ftruncate", CUT},
	{"truncate", CUT}, {"fsync", FLUSH}, {"fdatasync", FLUSH}, {"fchmod", OTHER},
	{"fchown", OTHER}};

static void
resolve(struct world *w, struct op *op, const char *call, const char *path, const char *to)
{
	size_t i = 0;
	while (i < sizeof(kinds) / sizeof(*kinds) && strcmp(kinds[i].call, call) != 0)
		i++;
	errno = 0;
	if (i == sizeof(kinds) / sizeof(*kinds))
		die(call);
	op->kind = kinds[i].kind;
	op->other = op->from = op->to = NOWHERE;
	op->node = find(w, path, &op->from, op->old);
	if (strcmp(call, "create") == 0 || strncmp(call, "mkdir", 5) == 0) {
		op->node = node_new(w, *call == 'm');
		op->to = op->from;
		memcpy(op->name, op->old, sizeof(op->name));
	} else if (op->kind == PLACE) {
		op->other = find(w, to, &op->to, op->name);
		op->kind = op->at == 2 ? EXCHANGE : PLACE;
	} else if (op->kind != REMOVE) {
		op->from = NOWHERE;
	}
	if (strcmp(call, "truncate") == 0)
		op->at = 0;
	if (op->node == NOWHERE || (op->kind == PLACE && op->to == NOWHERE))
		die(op->label);
	apply_names(w, op);
}

static void
read_log(struct world *w, struct trace *t, const char *path)
{
	char line[9000];
	FILE *f = fopen(path, "rbe");
	if (!f)
		die(path);
	while (fgets(line, sizeof(line), f)) {
		struct op *op = &t->v[t->n];
		char who[8], call[16], from[4096], to[4096];
		errno = 0;
		if (++t->n == OPS_MAX ||
			sscanf(line, "%7[^\t]\t%15[^\t]\t%lld\t%zu\t%4095[^\t]\t%4095[^\n]", who,
				call, &op->at, &op->n, from, to) != 6)
			die(line);
		(void)snprintf(op->label, sizeof(op->label), "%s %s", call, from);
		op->bytes = malloc(op->n + 1);
		if (!op->bytes ||
			(op->n && (fread(op->bytes, op->n, 1, f) != 1 || fgetc(f) != '\n')))
			die("the log is cut");
		resolve(w, op, call, from, to);
	}
	fclose(f);
}

/* Whether the call f brings the call op to the disk. */
static bool
flushes(const struct op *f, const struct op *op)
{
	if (f->kind != FLUSH)
		return false;
	if (op->kind == WRITE || op->kind == CUT)
		return f->node == op->node;
	return f->node == op->to || f->node == op->from;
}

static bool
is_name(const struct op *op)
{
	return op->kind == PLACE || op->kind == EXCHANGE || op->kind == REMOVE;
}

static bool
changes(const struct op *op)
{
	return is_name(op) || op->kind == WRITE || op->kind == CUT;
}

static bool
is_loose(const struct op *op, int point)
{
	return changes(op) && op->safe >= point;
}

static void
find_flushes(struct trace *t)
{
	for (int i = 0; i < t->n; i++) {
		int j = i + 1;
		while (j < t->n && !flushes(&t->v[j], &t->v[i]))
			j++;
		t->v[i].safe = j;
	}
}

/* ---- states */

/* A chance that is the same everywhere. */
static unsigned
chance(int point, int k, int i)
{
	uint64_t x = ((uint64_t)point << 40) + ((uint64_t)k << 32) + (uint64_t)i + 1;
	for (int round = 0; round < 3; round++)
		x = (x ^ (x >> 29)) * 0x9e3779b97f4a7c15u;
	return (unsigned)(x >> 40);
}

/* What becomes of a loose call: the i-th of them, and of those of its sort the `nth`; both from 1. */
static enum keep
fate(const char *how, int k, const struct op *op, int i, int nth)
{
	bool name = is_name(op);
	switch (*how) {
	case 'n':
		if (strcmp(how, "names") == 0)
			return name && nth <= k ? KEEP : DROP;
		return DROP;
	case 'a': return KEEP;
	case 's': return name ? (nth <= k ? KEEP : DROP) : SIZE;
	case 'o': return i == k ? KEEP : DROP;
	case 't': return i < k ? KEEP : i == k ? HALF : DROP;
	default: return name ? (nth <= k ? KEEP : DROP) : KEEP; /* bytes */
	}
}

/* Fills keep[] for the first `point` calls; returns how many were loose, and of those, `names`. */
static int
choose(const struct trace *t, int point, const char *how, int k, enum keep *keep)
{
	int loose = 0, names = 0;
	for (int i = 0; i < point; i++) {
		const struct op *op = &t->v[i];
		bool name = is_name(op);
		keep[i] = changes(op) ? KEEP : DROP;
		if (!is_loose(op, point))
			continue;
		loose++;
		names += name;
		unsigned dice = chance(point, k, i);
		if (strcmp(how, "but") == 0)
			keep[i] = loose == k ? DROP : KEEP;
		else if (strcmp(how, "some") == 0)
			keep[i] = dice % 2 ? DROP : dice % 8 == 0 && !name ? HALF : KEEP;
		else
			keep[i] = fate(how, k, op, loose, names);
		if (keep[i] == HALF && (op->kind != WRITE || op->n <= SECTOR))
			keep[i] = DROP;
	}
	return loose;
}

static void
apply(struct world *w, const struct op *op, enum keep keep)
{
	struct node *f = &w->v[op->node];
	size_t n = op->n, at = (size_t)op->at;
	if (op->kind == WRITE) {
		if (keep == HALF)
			n = n > 2 * (size_t)PAGE ? n / 2 / PAGE * PAGE : n / 2 / SECTOR * SECTOR;
		grow(f, at + n);
		if (keep != SIZE)
			memcpy(f->bytes + at, op->bytes, n);
	} else if (op->kind == CUT) {
		grow(f, at);
		f->n = at;
	} else {
		apply_names(w, op);
	}
}

/* Writes what can be reached from a folder. */
static void
store(const struct world *w, int folder, const char *path)
{
	if (mkdir(path, 0755) < 0)
		die(path);
	for (int i = 1; i < w->n; i++) {
		const struct node *node = &w->v[i];
		char below[4096];
		if (node->folder != folder)
			continue;
		(void)snprintf(below, sizeof(below), "%s/%s", path, node->name);
		if (node->is_folder) {
			store(w, i, below);
			continue;
		}
		int fd = open(below, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, node->mode);
		if (fd < 0 || (node->n && write(fd, node->bytes, node->n) != (ssize_t)node->n) ||
			close(fd) < 0)
			die(below);
	}
}

/* The k-th loose call. */
static int
loose_call(const struct trace *t, int point, int k)
{
	int i = 0;
	while (i < point && (k -= is_loose(&t->v[i], point)) > 0)
		i++;
	return i;
}

/* Prints the state unless one with the same calls was printed before. */
static void
list_one(const struct trace *t, int point, const char *how, int k)
{
	static enum keep keep[OPS_MAX];
	static uint64_t seen[1 << 20];
	uint64_t hash = 14695981039346656037u;
	(void)choose(t, point, how, k, keep);
	for (int i = 0; i < point; i++)
		if (keep[i] != DROP)
			hash = (hash ^ ((uint64_t)i * 4 + keep[i])) * 1099511628211u;
	size_t slot = (hash ^ (hash >> 32)) % (sizeof(seen) / sizeof(*seen));
	while (seen[slot] && seen[slot] != hash)
		slot = (slot + 1) % (sizeof(seen) / sizeof(*seen));
	if (seen[slot])
		return;
	seen[slot] = hash;
	int about = strchr("bot", *how) && strcmp(how, "bytes") != 0 ? loose_call(t, point, k)
								     : point - 1;
	printf("%d %s %d %s\n", point, how, k, about >= 0 ? t->v[about].label : "the beginning");
}

static void
list(const struct trace *t)
{
	static const char *const by_name[] = {"names", "sizes", "bytes"};
	static const char *const by_call[] = {"but", "only", "torn"};
	static enum keep keep[OPS_MAX];
	for (int point = 0; point <= t->n; point++) {
		int loose = choose(t, point, "all", 0, keep), names = 0;
		list_one(t, point, "none", 0);
		list_one(t, point, "all", 0);
		if (point < t->n && t->v[point].kind != FLUSH)
			continue; /* what is loose here is so at the next flush */
		for (int i = 0; i < point; i++)
			names += is_name(&t->v[i]) && is_loose(&t->v[i], point);
		for (size_t h = 0; h < sizeof(by_name) / sizeof(*by_name); h++)
			for (int k = 0; k <= names; k++)
				list_one(t, point, by_name[h], k);
		for (size_t h = 0; h < sizeof(by_call) / sizeof(*by_call); h++)
			for (int k = 1; k <= loose; k++)
				list_one(t, point, by_call[h], k);
		for (int k = 1; k <= SOME && loose > 2; k++)
			list_one(t, point, "some", k);
	}
}

int
main(int argc, char **argv)
{
	static struct world run, disk;
	static struct op ops[OPS_MAX];
	static enum keep keep[OPS_MAX];
	struct trace t = {.v = ops};
	if (argc != 3 && argc != 7)
		die("usage: blackout LOG BASE [INTO POINT HOW K]");
	(void)node_new(&disk, true);
	load(&disk, ROOT, argv[2]);
	run = disk; /* of which only the names are looked at */
	read_log(&run, &t, argv[1]);
	find_flushes(&t);
	if (argc == 3) {
		list(&t);
		return fflush(stdout) == 0 ? 0 : 125;
	}
	int point = (int)strtol(argv[4], NULL, 10), k = (int)strtol(argv[6], NULL, 10);
	if (point < 0 || point > t.n)
		die(argv[4]);
	while (disk.n < run.n)
		(void)node_new(&disk, run.v[disk.n].is_folder);
	(void)choose(&t, point, argv[5], k, keep);
	for (int i = 0; i < point; i++)
		if (keep[i] != DROP)
			apply(&disk, &ops[i], keep[i]);
	store(&disk, ROOT, argv[3]);
	return 0;
}
