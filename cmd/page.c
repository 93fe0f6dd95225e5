/* SPDX-License-Identifier: Apache-2.0
 * Pages of HTML that a command hands over. */
#include "cmd/page.h"

#include <fcntl.h>

const char *
page_file(const char *name)
{
	const struct page_file *f = page_files;
	while (!str_eq(f->name, name))
		f++;
	return (const char *)f->data;
}

void
page_project(const struct app *a, struct str *out)
{
	const char *base = strrchr(a->project->root, '/');
	str_add_xml(out, base && base[1] ? base + 1 : "project");
}

/* The text that stands for a {{name}}, or NULL. *len: of what it replaces. */
static const char *
field(const char *at, const char *const *fields, size_t *len)
{
	const char *end = strstr(at, "}}");
	for (; end && *fields; fields += 2) {
		size_t n = strlen(fields[0]);
		if ((size_t)(end - at) != n + 2 || memcmp(at + 2, fields[0], n) != 0)
			continue;
		*len = n + 4;
		return fields[1];
	}
	return NULL;
}

void
page_fill(struct str *out, const char *page, const char *const *fields)
{
	for (const char *open; (open = strstr(page, "{{"));) {
		size_t len = 2;
		const char *text = field(open, fields, &len);
		str_addn(out, page, (size_t)(open - page));
		str_add(out, text ? text : "{{");
		page = open + len;
	}
	str_add(out, page);
}

/* In JSON these stand in strings alone, and there an escape means the same. */
void
page_json(struct str *out, const char *json)
{
	for (; *json; json++)
		if (*json == '<' || *json == '>' || *json == '&')
			str_addf(out, "\\u%04x", (unsigned)*json);
		else
			str_addc(out, *json);
}

int
page_write(
	struct app *a, const char *path, const char *usual, const struct str *page, struct err *e)
{
	if (str_eq(path, "-")) {
		(void)fputs(str_text(page), stdout);
		return 0;
	}
	if (path && str_ends(path, ".pdf")) {
		err_set(e, MLC_USAGE, "`%s` would be a PDF, and this is a page of HTML", path);
		return err_help(e,
			"write NAME.html and print it: chromium --headless "
			"--print-to-pdf NAME.html");
	}
	int folder = path ? AT_FDCWD : a->project->rootfd;
	path = path ? path : usual;
	if (file_mkdirs(folder, path, true, e) < 0 ||
		file_publish_anywhere(folder, path, page, e) < 0)
		return -1;
	if (a->g.json) {
		struct str out = {0};
		struct jw w;
		answer_begin(a, &w, &out);
		jw_object(&w);
		jw_kv_str(&w, "page", path);
		jw_kv_i64(&w, "bytes", (int64_t)page->len);
		jw_end(&w, '}');
		answer_end(&w, &out);
	} else if (!a->g.quiet) {
		struct str size = {0};
		str_add_bytes(&size, page->len);
		(void)printf("wrote %s, %s: open it in a browser\n", path, size.s);
		str_fini(&size);
	}
	return 0;
}
