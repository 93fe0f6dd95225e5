/* SPDX-License-Identifier: Apache-2.0
 * Which compression a dataset has, and the loops around a format's steps.
 *
 * A file may hold several members, one behind the other, as `cat a.gz b.gz` makes them: their contents
 * are joined. One that ends within a member was cut off, and that is an error, never a short table. */
#include "catalog/pack.h"

#include <string.h>

#define BUFFER ((size_t)128 << 10)

struct pack {
	const struct pack_format *format;
	bool writes;
	void *state;        /* the format's */
	unsigned char *buf; /* owned: the file's side */
	struct pack_io io;  /* reading: what is left in buf */
	bool inside;        /* reading: of a member */
	bool eof;
};

static const struct pack_format *const formats[] = {&pack_gzip, &pack_zstd};
#define N_FORMATS (sizeof(formats) / sizeof(formats[0]))

/* --- the choice ---------------------------------------------------------------------------------- */

/* Types that seek in their file do not list the option. */
static bool
offers(const struct mlf_dataset_type *type)
{
	for (const struct mlf_option *o = type->options; o && o->key; o++)
		if (str_eq(o->key, "compression"))
			return true;
	return false;
}

static const struct pack_format *
by_suffix(const char *path)
{
	for (size_t i = 0; i < N_FORMATS; i++)
		if (path && str_ends(path, formats[i]->suffix))
			return formats[i];
	return NULL;
}

static int
choose(struct host *h, const struct pack_format **out)
{
	const char *name = mlf_option(&h->pub, "", "compression", NULL);

	*out = name ? NULL : by_suffix(h->d->path);
	if (!name || str_eq(name, "none"))
		return 0;
	for (size_t i = 0; i < N_FORMATS; i++)
		if (str_eq(formats[i]->name, name))
			*out = formats[i];
	return *out ? 0
		    : mlf_option_fail(&h->pub, "", "compression",
			      "`compression` is none of none, gzip and zstd",
			      "without it, a file that ends in .gz or .zst is compressed");
}

static int
choose_level(struct host *h, const struct pack_format *f, int *out)
{
	const char *text = mlf_option(&h->pub, "", "compression_level", NULL);
	struct str why = {0};
	int64_t level;
	int rc;

	*out = f ? f->level : 0;
	if (!text)
		return 0;
	if (f && str_to_i64(text, &level) == 0 && level >= f->level_min && level <= f->level_max) {
		*out = (int)level;
		return 0;
	}
	if (f)
		str_addf(&why, "`compression_level` of %s goes from %d to %d", f->name,
			f->level_min, f->level_max);
	else
		str_add(&why, "`compression_level` is given, but the file is not compressed");
	rc = mlf_option_fail(&h->pub, "", "compression_level", why.s, NULL);
	str_fini(&why);
	return rc;
}

int
pack_new(struct host *h, bool writes, struct pack **out)
{
	const struct pack_format *f;
	int level;

	*out = NULL;
	if (!offers(h->d->type))
		return 0;
	if (choose(h, &f) < 0 || choose_level(h, f, &level) < 0)
		return -1;
	if (!f)
		return 0;
	*out = mem_alloc(sizeof(**out));
	**out = (struct pack){.format = f, .writes = writes, .inside = true};
	(*out)->state = writes ? f->write_new(level) : f->read_new();
	(*out)->buf = mem_resize(NULL, BUFFER);
	return 0;
}

void
pack_free(struct pack *c)
{
	if (!c)
		return;
	(c->writes ? c->format->write_free : c->format->read_free)(c->state);
	free(c->buf);
	free(c);
}

/* --- reading ------------------------------------------------------------------------------------- */

static int
fail(const struct pack *c, struct host *h, const char *what, const char *advice)
{
	struct str text = {0};
	struct mlf_data_fault fault = {.advice = advice};
	int rc;

	str_addf(&text, "the %s data %s", c->format->name, what);
	fault.text = text.s;
	rc = mlf_data_fail(&h->pub, &fault);
	str_fini(&text);
	return rc;
}

static int
refill(struct pack *c, struct host *h)
{
	int64_t got;

	if (c->io.n_in || c->eof)
		return 0;
	got = host_read(h, c->buf, BUFFER);
	if (got < 0)
		return -1;
	c->eof = got == 0;
	c->io.in = c->buf;
	c->io.n_in = (size_t)got;
	return 0;
}

int64_t
pack_read(struct pack *c, struct host *h, void *into, size_t n)
{
	int rc;

	for (;;) {
		if (refill(c, h) < 0)
			return -1;
		if (c->eof && !c->inside)
			return 0;
		c->io.out = into;
		c->io.n_out = n;
		rc = c->format->decode(c->state, &c->io);
		if (rc < 0)
			return fail(c, h, "is damaged, or is none",
				"write the file again; a file that is not compressed needs "
				"another suffix, or `compression: none`");
		c->inside = rc == 0;
		if (c->io.n_out < n)
			return (int64_t)(n - c->io.n_out);
		if (c->eof && c->inside)
			return fail(c, h, "ends too early",
				"the file was cut off: copy or write it again");
	}
}

/* --- writing ------------------------------------------------------------------------------------- */

static int
run(struct pack *c, struct host *h, bool end)
{
	int rc;

	do {
		c->io.out = c->buf;
		c->io.n_out = BUFFER;
		rc = c->format->encode(c->state, &c->io, end);
		if (rc < 0)
			return err_set(h->e, MLC_BUG, "%s cannot compress", c->format->name);
		if (c->io.n_out < BUFFER && host_write(h, c->buf, BUFFER - c->io.n_out) < 0)
			return -1;
	} while (end ? rc == 0 : c->io.n_in > 0);
	return 0;
}

int
pack_write(struct pack *c, struct host *h, const void *p, size_t n)
{
	c->io.in = p;
	c->io.n_in = n;
	return n ? run(c, h, false) : 0;
}

int
pack_end(struct pack *c, struct host *h)
{
	c->io.n_in = 0;
	return run(c, h, true);
}
