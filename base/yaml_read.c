/* SPDX-License-Identifier: Apache-2.0
 * The ways into a tree: a text, a file, one value of the command line. */
#include "base/yaml_parts.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define BLANKS " \t\r\n"

/* The tree of text; *out stays NULL if there is no document. */
static int
parse(struct arena *a, const char *file, const char *text, size_t len, struct ynode **out,
	struct err *e)
{
	struct ytext t;
	int rc = ytext_init(&t, arena_strdup(a, file), text, len, e);

	if (rc == 0)
		rc = yaml__build(a, &t, out, e);
	ytext_fini(&t);
	return rc;
}

int
yaml_parse(struct arena *a, const char *file, const char *text, size_t len, struct ynode **out,
	struct err *e)
{
	struct ynode *root = NULL;

	if (parse(a, file, text, len, &root, e) != 0)
		return -1;
	if (!root || (root->kind == Y_NULL && !root->text[0]))
		root = yaml_new(a, Y_MAP,
			(struct place){.file = arena_strdup(a, file), .line = 1, .col = 1});
	*out = root;
	return 0;
}

/* Text that begins with a bracket or a quote. */
static int
parse_flow(struct arena *a, const char *shown, const char *text, struct ynode **out, struct err *e)
{
	struct ynode *n = NULL;

	if (parse(a, shown, text, strlen(text), &n, e) != 0)
		return -1;
	/* "a": b is a block map, although it begins with a quote */
	if (n->kind == Y_MAP && text[strspn(text, BLANKS)] != '{') {
		err_set(e, MLC_YAML_UNSUPPORTED, "a value must be one scalar, list or map");
		err_at(e, &n->at, "");
		return err_help(e, "write a map as {key: value}");
	}
	*out = n;
	return 0;
}

int
yaml_parse_value(
	struct arena *a, const char *shown, const char *text, struct ynode **out, struct err *e)
{
	size_t skip = strspn(text, BLANKS), len = strlen(text);
	struct ytext t;
	int rc;

	if (text[skip] && strchr("[{\"'", text[skip]))
		return parse_flow(a, shown, text, out, e);
	rc = ytext_init(&t, arena_strdup(a, shown), text, len, e);
	if (rc == 0) {
		while (len > skip && strchr(BLANKS, text[len - 1]))
			len--;
		*out = yaml_new(a, Y_STR, ytext_place(&t, skip, t.chars));
		(*out)->text = arena_strndup(a, text + skip, len - skip);
		rc = yaml__type(*out, e);
	}
	ytext_fini(&t);
	return rc;
}

/* One byte more than allowed is enough to know. */
static int
read_capped(int fd, struct str *out)
{
	char buf[1 << 16];
	ssize_t n;

	while (out->len <= YAML_TEXT_MAX) {
		n = read(fd, buf, sizeof(buf));
		if (n == 0)
			return 0;
		if (n > 0)
			str_addn(out, buf, (size_t)n);
		else if (errno != EINTR)
			return -1;
	}
	return 0;
}

int
yaml_parse_file(
	struct arena *a, const char *path, const char *shown, struct ynode **out, struct err *e)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY), rc;
	struct str text = {0};

	if (fd < 0)
		return err_errno(e, MLC_FILE, "cannot read %s", shown);
	if (read_capped(fd, &text) != 0)
		rc = err_errno(e, MLC_FILE, "cannot read %s", shown);
	else
		rc = yaml_parse(a, shown, str_text(&text), text.len, out, e);
	close(fd);
	str_fini(&text);
	return rc;
}
