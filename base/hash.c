/* SPDX-License-Identifier: Apache-2.0
 * Hashes, and what is hashed of a folder.
 *
 * A folder's hash is that of the text which this prints, so that anybody can check it by hand:
 *
 *	cd FOLDER && find . -type f -printf '%P\0' | LC_ALL=C sort -z | xargs -0r sha256sum
 *
 * One line a regular file: its SHA-256, two blanks, its path; a path with a backslash, a newline or
 * a carriage return is escaped and its line begins with a backslash, so that no name can look like
 * two lines. Links, empty folders, times and permissions do not count. */
#include "base/os.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <nettle/sha2.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>
#include "base/mem.h"

enum { CHUNK = 256 << 10, TREE_DEPTH_MAX = 128 };

struct hash_xxh {
	XXH3_state_t *state; /* owned */
};

static void
to_hex(const unsigned char *p, size_t n, char *hex)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < n; i++) {
		*hex++ = digits[p[i] >> 4];
		*hex++ = digits[p[i] & 15];
	}
	*hex = 0;
}

/* --- XXH3-128, in xxhsum's byte order --------------------------------------------------------------- */

static void
xxh_hex(XXH128_hash_t h, char hex[static HASH_XXH_HEX])
{
	XXH128_canonical_t big_endian;

	XXH128_canonicalFromHash(&big_endian, h);
	to_hex(big_endian.digest, sizeof big_endian.digest, hex);
}

void
hash_xxh3(const void *p, size_t n, char hex[static HASH_XXH_HEX])
{
	xxh_hex(XXH3_128bits(p, n), hex);
}

struct hash_xxh *
hash_xxh_new(void)
{
	struct hash_xxh *h = mem_alloc(sizeof *h);

	h->state = XXH3_createState();
	if (!h->state)
		mem_exhausted();
	XXH3_128bits_reset(h->state);
	return h;
}

void
hash_xxh_add(struct hash_xxh *h, const void *p, size_t n)
{
	if (n > 0)
		XXH3_128bits_update(h->state, p, n);
}

void
hash_xxh_end(struct hash_xxh *h, char hex[static HASH_XXH_HEX])
{
	xxh_hex(XXH3_128bits_digest(h->state), hex);
	XXH3_freeState(h->state);
	free(h);
}

/* --- SHA-256 ------------------------------------------------------------------------------------- */

static void
sha_end(struct sha256_ctx *ctx, char hex[static HASH_SHA_HEX])
{
	unsigned char digest[SHA256_DIGEST_SIZE];

	sha256_digest(ctx, sizeof digest, digest);
	to_hex(digest, sizeof digest, hex);
}

void
hash_sha256(const void *p, size_t n, char hex[static HASH_SHA_HEX])
{
	struct sha256_ctx ctx;

	sha256_init(&ctx);
	sha256_update(&ctx, n, p);
	sha_end(&ctx, hex);
}

/* --- files --------------------------------------------------------------------------------------- */

static void
feed_xxh(void *to, const unsigned char *p, size_t n)
{
	hash_xxh_add(to, p, n);
}

static void
feed_sha(void *to, const unsigned char *p, size_t n)
{
	sha256_update(to, n, p);
}

/* Feeds the whole file, whatever its offset is, and leaves the offset alone. *size may be NULL. */
static int
feed_fd(int fd, void (*feed)(void *to, const unsigned char *p, size_t n), void *to, uint64_t *size,
	struct err *e)
{
	unsigned char *buf = mem_resize(NULL, CHUNK);
	off_t at = 0;
	ssize_t n;
	int rc = 0;

	while ((n = pread(fd, buf, CHUNK, at)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			rc = err_errno(e, MLC_FILE, "cannot read a file to hash it");
			break;
		}
		feed(to, buf, (size_t)n);
		at += n;
	}
	if (size)
		*size = (uint64_t)at;
	free(buf);
	return rc;
}

int
hash_sha256_fd(int fd, char hex[static HASH_SHA_HEX], struct err *e)
{
	struct sha256_ctx ctx;
	int rc;

	sha256_init(&ctx);
	rc = feed_fd(fd, feed_sha, &ctx, NULL, e);
	sha_end(&ctx, hex);
	return rc;
}

int
hash_xxh3_fd(int fd, char hex[static HASH_XXH_HEX], struct err *e)
{
	struct hash_xxh *h = hash_xxh_new();
	int rc = feed_fd(fd, feed_xxh, h, NULL, e);

	hash_xxh_end(h, hex);
	return rc;
}

/* --- folders ------------------------------------------------------------------------------------- */

struct names {
	char **v; /* owned strings, relative to the folder */
	size_t n, cap;
};

static void
names_fini(struct names *names)
{
	for (size_t i = 0; i < names->n; i++)
		free(names->v[i]);
	free(names->v);
}

static int
by_bytes(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

bool
file_is_litter(const char *name)
{
	return str_eq(name, "__pycache__") || str_eq(name, "registered_model_meta");
}

static int list_folder(int fd, struct str *path, int depth, struct names *out);

/* Takes the entry `name`, whose whole path is `path`: a regular file or a folder's content. */
static int
list_entry(int dir, const char *name, struct str *path, int depth, struct names *out)
{
	struct stat st;
	int fd;

	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return -1;
	if (S_ISREG(st.st_mode)) {
		out->v = mem_grow(out->v, &out->cap, out->n + 1, sizeof *out->v);
		out->v[out->n++] = mem_strdup(path->s);
	}
	if (!S_ISDIR(st.st_mode))
		return 0;
	fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return fd < 0 ? -1 : list_folder(fd, path, depth + 1, out);
}

/* Lists all regular files below the open folder, which it closes. */
static int
list_folder(int fd, struct str *path, int depth, struct names *out)
{
	DIR *d = depth < TREE_DEPTH_MAX ? fdopendir(fd) : NULL;
	struct dirent *entry;
	size_t len = path->len;
	int rc = 0, saved;

	if (!d) {
		saved = depth < TREE_DEPTH_MAX ? errno : ENAMETOOLONG;
		close(fd);
		errno = saved;
		return -1;
	}
	while (rc == 0 && (errno = 0, entry = readdir(d))) {
		if (str_eq(entry->d_name, ".") || str_eq(entry->d_name, "..") ||
			file_is_litter(entry->d_name))
			continue;
		str_addf(path, "%s%s", len ? "/" : "", entry->d_name);
		rc = list_entry(fd, entry->d_name, path, depth, out);
		path->len = len;
		path->s[len] = 0;
	}
	saved = errno;
	closedir(d);
	errno = saved;
	return saved ? -1 : 0;
}

/* Adds one line as sha256sum prints it. */
static void
feed_line(struct sha256_ctx *ctx, const char *hex, const char *name)
{
	struct str line = {0};
	const char *special = "\\\n\r", *letter = "\\nr", *hit;

	str_addf(&line, "%s%s  ", strpbrk(name, special) ? "\\" : "", hex);
	for (; *name; name++) {
		hit = strchr(special, *name);
		if (hit)
			str_addc(&line, '\\');
		str_addc(&line, hit ? letter[hit - special] : *name);
	}
	str_addc(&line, '\n');
	sha256_update(ctx, line.len, (const uint8_t *)line.s);
	str_fini(&line);
}

static int
feed_file(int dir, const char *name, struct sha256_ctx *lines, struct hash_file *f, struct err *e)
{
	struct sha256_ctx ctx;
	char *hex = f->hash;
	int fd = file_open(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, false, e);
	int rc;

	if (fd < 0)
		return -1;
	sha256_init(&ctx);
	rc = feed_fd(fd, feed_sha, &ctx, &f->bytes, e);
	close(fd);
	if (rc != 0)
		return err_wrap(e, "`%s`", name);
	sha_end(&ctx, hex);
	feed_line(lines, hex, name);
	f->name = name;
	return 0;
}

int
hash_tree_each(int rootfd, const char *path, const struct hash_visitor *v,
	char hex[static HASH_SHA_HEX], uint64_t *bytes, struct err *e)
{
	struct names names = {0};
	struct hash_file file;
	struct str name = {0};
	struct sha256_ctx lines;
	uint64_t total = 0;
	int dir, rc = -1;

	dir = file_open(rootfd, path, O_RDONLY | O_DIRECTORY, false, e);
	if (dir < 0)
		return -1;
	if (list_folder(fcntl(dir, F_DUPFD_CLOEXEC, 0), &name, 0, &names) != 0) {
		err_errno(e, MLC_FILE, "cannot list `%s`", path);
		goto out;
	}
	if (names.n)
		qsort(names.v, names.n, sizeof *names.v, by_bytes);
	sha256_init(&lines);
	for (size_t i = 0; i < names.n; i++) {
		if (feed_file(dir, names.v[i], &lines, &file, e) != 0)
			goto out;
		total += file.bytes;
		if (v)
			v->visit(v->to, &file);
	}
	sha_end(&lines, hex);
	if (bytes)
		*bytes = total;
	rc = 0;
out:
	close(dir);
	names_fini(&names);
	str_fini(&name);
	return rc;
}

int
hash_tree(
	int rootfd, const char *path, char hex[static HASH_SHA_HEX], uint64_t *bytes, struct err *e)
{
	return hash_tree_each(rootfd, path, NULL, hex, bytes, e);
}
