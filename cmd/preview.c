/* SPDX-License-Identifier: Apache-2.0
 * The beginning of a dataset, without reading the rest. */
#include "cmd/preview.h"

static int
open_table(struct app *a, const struct dataset *d, struct segs *segs, struct arena *arena,
	struct reader **out, struct err *e)
{
	struct read_opts o = {.rootfd = a->project->rootfd, .segs = segs};
	struct schema known;
	const char *json = NULL;

	if (store_written(a->store, arena, d->path, &o.known_hash, &json, e) < 0)
		return -1;
	if (json) {
		if (schema_decode(arena, json, strlen(json), &known, e) < 0)
			return -1;
		o.known = &known;
	}
	return dataset_open(d, &o, out, e);
}

int
head_read(struct app *a, struct segs *segs, struct arena *arena, struct head *h, struct err *e)
{
	struct frame *second = NULL;
	struct reader *r = NULL;
	int rc = -1;

	if (open_table(a, h->d, segs, arena, &r, e) == 0 && reader_next(r, &h->f, e) == 1)
		rc = reader_next(r, &second, e);
	h->all = rc == 0;
	if (rc >= 0)
		h->shown = frame_rows(h->f) < h->shown ? frame_rows(h->f) : h->shown;
	frame_unref(second);
	reader_close(r);
	return rc < 0 ? -1 : 0;
}

bool
head_value(struct str *out, const struct head *h, const struct column *c, int64_t row)
{
	struct str text = {0};
	bool there = column_show(c, row, &text);
	size_t n;

	if (!there)
		str_add(&text, "null");
	n = text.len;
	if (n > h->cell)
		for (n = h->cell - 3; n > 0 && (text.s[n] & 0xC0) == 0x80;)
			n--;
	str_addn(out, str_text(&text), n);
	str_add(out, n < text.len ? "..." : "");
	str_fini(&text);
	return there;
}

int
preview_version(struct app *a, struct arena *arena, const char *version, const struct dataset **d,
	struct err *e)
{
	if ((*d)->versioned)
		return dataset_at_version(arena, *d, a->project->rootfd, version, d, e);
	if (!version && dataset_is_registered(*d))
		return registered_find(arena, a->store, *d, d, e);
	if (!version)
		return 0;
	err_set(e, MLC_USAGE, "dataset `%s` is not versioned", (*d)->name);
	return err_help(e, "leave out --load-version");
}
