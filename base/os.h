/* SPDX-License-Identifier: Apache-2.0
 * The outside world: files that stay beneath a root, atomic publishing, hashes, the clock, ids and
 * the terminal. Linux only, and only here. */
#ifndef BASE_OS_H
#define BASE_OS_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include "base/err.h"
#include "base/str.h"

/* Files. Paths are relative to rootfd and may not leave it (openat2, RESOLVE_BENEATH); with
 * `outside` they may, and may be absolute. All descriptors are close-on-exec, new files get mode 0666
 * less the umask. After a failure errno still says why (ENOENT, ...). */
MUST_CHECK int
file_open(int rootfd, const char *path, int flags, bool outside, struct err *e); /* fd or -1 */
/* Opens the folder that holds path, and points to path's last part. */
MUST_CHECK int
file_open_parent(int rootfd, const char *path, bool outside, const char **name, struct err *e);
/* These append to out. Without `outside` only regular files are read; with it, pipes too. */
MUST_CHECK int
file_read(int rootfd, const char *path, bool outside, struct str *out, struct err *e);
MUST_CHECK int file_read_fd(int fd, const char *shown, struct str *out, struct err *e);
MUST_CHECK int file_write_all(int fd, const void *p, size_t n, struct err *e);
/* Makes every missing parent folder of path: of "a/b/c" a and a/b, of "a/b/c/" all three. */
MUST_CHECK int file_mkdirs(int rootfd, const char *path, bool outside, struct err *e);
/* Removes a file or a whole folder; absent is fine. Never follows links. */
MUST_CHECK int file_remove_tree(int rootfd, const char *path, struct err *e);
bool file_exists(int rootfd, const char *path);
MUST_CHECK int file_fsync(int fd, const char *shown, struct err *e);
MUST_CHECK int file_fsync_dir_of(int rootfd, const char *path, struct err *e); /* parent folder */
/* Puts a staged file or folder in the place of target: rename, or RENAME_EXCHANGE and removal of
 * the old one for folders. The caller has fsynced stage and fsyncs the parent folder afterwards. If a
 * crash came between, the stage's name may hold the old content: compare before calling again. */
MUST_CHECK int file_replace(int rootfd, const char *stage, const char *target, struct err *e);
/* Writes a whole file so that a reader sees the old or the new one: stage, fsync, rename, fsync.
 * The permissions of a file that is replaced are kept. */
MUST_CHECK int file_publish(int rootfd, const char *path, const void *p, size_t n, struct err *e);
/* The same for a path that may lead out of rootfd, or be absolute. */
MUST_CHECK int
file_publish_anywhere(int rootfd, const char *path, const struct str *text, struct err *e);

/* Copies a file, or a folder with the files and folders in it, synced; parents of `to` are made, and
 * no file is written over. Both may be anywhere. */
MUST_CHECK int file_copy(int fromroot, const char *from, int toroot, const char *to, struct err *e);
/* Copies what is in one open folder into another. */
MUST_CHECK int file_copy_into(int from, int to, struct err *e);

/* Hashes as lower-case hex. XXH3-128 for contents, SHA-256 for whatever must resist tampering. */
struct hash_xxh;
#define HASH_XXH_HEX 33
#define HASH_SHA_HEX 65
void hash_xxh3(const void *p, size_t n, char hex[static HASH_XXH_HEX]);
struct hash_xxh *hash_xxh_new(void);
void hash_xxh_add(struct hash_xxh *h, const void *p, size_t n);
void hash_xxh_end(struct hash_xxh *h, char hex[static HASH_XXH_HEX]); /* frees h */
void hash_sha256(const void *p, size_t n, char hex[static HASH_SHA_HEX]);
/* The whole file, whatever the descriptor's offset. */
MUST_CHECK int hash_sha256_fd(int fd, char hex[static HASH_SHA_HEX], struct err *e);
MUST_CHECK int hash_xxh3_fd(int fd, char hex[static HASH_XXH_HEX], struct err *e);
/* What Python and MLflow leave in a model folder that they load: no part of it, neither hashed nor
 * copied. */
bool file_is_litter(const char *name);
/* Hash of a folder: of the sorted relative paths and the contents of its regular files, as hash.c
 * describes it, without litter. *bytes, which may be NULL, gets the sum of their sizes. */
MUST_CHECK int hash_tree(int rootfd, const char *path, char hex[static HASH_SHA_HEX],
	uint64_t *bytes, struct err *e);
/* The same, and each file is told of, in the order of their names. */
struct hash_file {
	const char *name; /* relative to the folder; valid during the call */
	uint64_t bytes;
	char hash[HASH_SHA_HEX];
};
struct hash_visitor {
	void (*visit)(void *to, const struct hash_file *f);
	void *to;
};
MUST_CHECK int hash_tree_each(int rootfd, const char *path, const struct hash_visitor *v,
	char hex[static HASH_SHA_HEX], uint64_t *bytes, struct err *e);

/* Time and chance, injectable: `at_ms` and `seed` non-zero make them a fixed sequence. One is made
 * in main from MLFLOW_C_CLOCK and MLFLOW_C_SEED and passed down; NULL is a real one without memory.
 * One thread at a time. */
struct clock {
	int64_t fixed_ms; /* 0 = the real clock; else each now() returns it and adds 1 */
	uint64_t state;   /* 0 = real randomness; else a PCG state */
	int64_t id_ms;    /* of the last id, so that ids rise */
	uint32_t id_counter;
};
int64_t clock_now_ms(struct clock *c); /* since the epoch */
int64_t clock_mono_us(void);           /* monotonic, for durations; never faked */
uint64_t clock_random(struct clock *c);
void clock_uuid7(struct clock *c, char hex[static 33]); /* 32 hex digits; later ids are greater */
void clock_rfc3339(int64_t ms, char out[static 32]);    /* 2025-01-15T03:00:00.123Z */

/* Code that is to be loaded, and may have been written by root, us or the project's owner only. */
struct trust {
	const char *path, *root; /* as messages name it; the project, or NULL */
	uid_t owner;             /* of the project */
};
/* Fails if somebody else can write to the file, whose absolute path and fstat these are, or to a
 * folder above it. */
struct stat;
MUST_CHECK int
trust_code(const struct trust *t, const struct stat *st, const char *absolute, struct err *e);
int trust_refuse(struct err *e, const char *path, const char *why, const char *fix); /* -1 */

/* Modules, lib/mlflow-c/KIND/NAME.so, beside the program as it is built or as it is installed. The path
 * of one, owned, or NULL: there is none. */
char *module_path(const char *kind, const char *name);
/* The folders in which modules of a kind may lie, i = 0 before i = 1; owned, or NULL. */
char *module_folder(const char *kind, int i);
/* Loads a module for good, if nobody else could have written it, and gives its function `symbol`. `what`
 * is what messages call it, `package` (or NULL) where its library is from. */
typedef const void *module_get(void);
MUST_CHECK module_get *module_load(
	const char *path, const char *symbol, const char *what, const char *package, struct err *e);

int processors(void); /* that this process may use */
bool memory_limited(void);

/* Work of a millisecond or more on a thread of its own, which gets no signals. */
struct beside {
	void (*work)(void *);
	void *arg; /* borrowed */
	bool begun;
	pthread_t thread;
};
void beside_begin(struct beside *b, void (*work)(void *), void *arg);
/* Waits until it is done; does it now if there could be no thread. */
void beside_end(struct beside *b);
/* work(arg, i) for each i below n, none of which needs another; by two threads, if it is much. */
void share_out(size_t n, bool much, void (*work)(void *arg, size_t i), void *arg);

/* The terminal behind a descriptor. */
struct term {
	bool tty, color, utf8;
	int width; /* 80 if unknown */
};
/* mode: "auto", "always", "never". Order: mode, NO_COLOR, FORCE_COLOR/CLICOLOR_FORCE, CLICOLOR=0,
 * TERM=dumb, TTY. */
void term_init(struct term *t, int fd, const char *mode);
int term_width_of(const char *utf8); /* display columns */
/* Appends s with control characters shown as escapes, so that data cannot drive the terminal. */
void term_add_safe(struct str *out, const char *s);

/* Renders an error as text: code, message, place, source excerpt with caret, help, note. The source
 * line is read again from rootfd (-1: no excerpt). */
void diag_render(struct str *out, const struct err *e, int rootfd, const struct term *t);
struct jw;
void diag_json(struct jw *w, const struct err *e);

#endif
