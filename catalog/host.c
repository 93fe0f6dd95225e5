/* SPDX-License-Identifier: Apache-2.0
 * What a dataset type sees of us: bytes that are hashed as they pass, options, expected types, and
 * one way to report. Each call finds the whole host behind the public part it is given. */
#include "catalog/pack.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

static struct host *
host_of(struct mlf_dataset_host *pub)
{
	return (struct host *)pub;
}

static const char *
shown(const struct host *h)
{
	return h->d->path ? h->d->path : h->d->name;
}

static const char *
get_option(struct mlf_dataset_host *pub, const char *where, const char *key, const char *def)
{
	struct host *h = host_of(pub);
	const char *text = option_text(&h->texts, h->d, where, key);

	return text ? text : def;
}

static enum mlf_type
get_expected(struct mlf_dataset_host *pub, const char *column)
{
	const struct host *h = host_of(pub);

	for (size_t i = 0; i < h->known.n; i++)
		if (str_eq(h->known.columns[i].name, column))
			return h->known.columns[i].type;
	for (size_t i = 0; i < h->wanted.n; i++)
		if (str_eq(h->wanted.columns[i].name, column))
			return h->wanted.columns[i].type;
	return 0;
}

static const char *
get_expected_name(struct mlf_dataset_host *pub, size_t i)
{
	const struct host *h = host_of(pub);
	const struct schema *s = h->known.n ? &h->known : &h->wanted;

	return i < s->n ? s->columns[i].name : NULL;
}

static struct mlf_builder *
begin_batch(struct mlf_dataset_host *pub)
{
	return scope_builder(host_of(pub)->scope);
}

struct scope *
host_scope(struct mlf_dataset_host *pub)
{
	return host_of(pub)->scope;
}

int64_t
host_read(struct host *h, void *into, size_t n)
{
	ssize_t got;

	do
		got = read(h->fd, into, n);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return err_errno(h->e, MLC_DATA, "cannot read `%s`", shown(h));
	hash_xxh_add(h->hash, into, (size_t)got);
	h->bytes += (uint64_t)got;
	return got;
}

int
host_write(struct host *h, const void *p, size_t n)
{
	if (file_write_all(h->fd, p, n, h->e) < 0)
		return err_wrap(h->e, "`%s`", shown(h));
	hash_xxh_add(h->hash, p, n);
	h->bytes += n;
	return 0;
}

static int64_t
read_some(struct mlf_dataset_host *pub, void *into, size_t n)
{
	struct host *h = host_of(pub);

	return h->pack ? pack_read(h->pack, h, into, n) : host_read(h, into, n);
}

static int
write_all(struct mlf_dataset_host *pub, const void *p, size_t n)
{
	struct host *h = host_of(pub);

	return h->pack ? pack_write(h->pack, h, p, n) : host_write(h, p, n);
}

static int
take_fd(struct mlf_dataset_host *pub)
{
	host_of(pub)->seeks = true;
	return host_of(pub)->fd;
}

static int
data_fail(struct mlf_dataset_host *pub, const struct mlf_data_fault *f)
{
	const struct host *h = host_of(pub);
	struct place at = {.file = h->d->path, .col = f->column};
	struct str where = {0};

	if (f->row > 0)
		str_addf(&where, ", row %lld", (long long)f->row);
	if (f->line > 0)
		str_addf(&where, ", line %lld", (long long)f->line);
	err_set(h->e, f->disk ? MLC_DISK : MLC_DATA, "`%s`%s: %s", shown(h), str_text(&where),
		f->text);
	str_fini(&where);
	if (f->line > 0 && f->line <= INT_MAX && at.file) {
		at.line = (int)f->line;
		err_at(h->e, &at, "");
	}
	if (f->advice && *f->advice)
		err_help(h->e, "%s", f->advice);
	return -1;
}

static int
take_reject(
	struct mlf_dataset_host *pub, const struct mlf_data_fault *f, const char *text, size_t n)
{
	struct host *h = host_of(pub);

	h->rejected++;
	return h->rejects ? h->rejects->put(h->rejects->arg, f, text, n, h->e) : 0;
}

static int
option_fail(struct mlf_dataset_host *pub, const char *where, const char *key, const char *text,
	const char *advice)
{
	const struct host *h = host_of(pub);
	struct place at = option_place(h->d, where, key);

	err_set(h->e, MLC_CONF_VALUE, "dataset `%s`: %s", h->d->name, text);
	err_at(h->e, &at, "");
	if (advice && *advice)
		err_help(h->e, "%s", advice);
	return -1;
}

void
host_init(struct host *h, const struct dataset *d, int fd)
{
	*h = (struct host){
		.pub = {.size = sizeof(h->pub),
			.batch_rows = BATCH_ROWS,
			.batch_bytes = BATCH_BYTES,
			.option = get_option,
			.expected = get_expected,
			.build = begin_batch,
			.read = read_some,
			.write = write_all,
			.fd = take_fd,
			.data_fail = data_fail,
			.option_fail = option_fail,
			.reject = take_reject,
			.expected_name = get_expected_name},
		.d = d,
		.fd = fd,
		.hash = fd >= 0 ? hash_xxh_new() : NULL,
		.content = fd >= 0 && d->type->commit ? content_new() : NULL,
	};
}

int
host_begin(struct host *h, bool writes)
{
	return pack_new(h, writes, &h->pack);
}

int
host_end(struct host *h)
{
	return h->pack ? pack_end(h->pack, h) : 0;
}

static int
hash_file(struct host *h, char hex[static HASH_XXH_HEX], uint64_t *bytes, struct err *e)
{
	off_t size = h->seeks ? lseek(h->fd, 0, SEEK_END) : (off_t)h->bytes;

	if (h->seeks && (size < 0 || hash_xxh3_fd(h->fd, hex, e) < 0))
		return err_set(e, MLC_DATA, "cannot hash `%s`", shown(h));
	if (!h->seeks) {
		hash_xxh_end(h->hash, hex);
		h->hash = NULL;
	}
	*bytes = (uint64_t)size;
	return 0;
}

int
host_hash(struct host *h, char hex[static HASH_XXH_HEX], uint64_t *bytes, struct err *e)
{
	if (h->content) {
		content_end(h->content, hex, bytes);
		return 0;
	}
	return hash_file(h, hex, bytes, e);
}

void
host_fini(struct host *h)
{
	char hex[HASH_XXH_HEX];

	pack_free(h->pack);
	content_free(h->content);
	if (h->hash)
		hash_xxh_end(h->hash, hex);
	if (h->fd >= 0)
		close(h->fd);
	catalog_free(h->catalog);
	project_close(h->project);
	arena_fini(&h->texts);
}
