/* SPDX-License-Identifier: Apache-2.0
 * The arrow type as a catalog entry knows it.
 *
 *	features:
 *	  type: arrow
 *	  filepath: data/04_feature/features.arrow
 *	  save_args: {format: stream}                    or file, which is also Feather (default) */
#include "catalog/arrow.h"

#include <stdarg.h>
#include <stdio.h>

int
arrow_fail(struct mlf_dataset_host *h, int64_t row, const char *advice, const char *fmt, ...)
{
	char text[400];
	struct mlf_data_fault fault = {.row = row, .text = text, .advice = advice};
	struct str safe = {0};
	va_list ap;
	int rc;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	term_add_safe(&safe, text);
	fault.text = str_text(&safe);
	rc = mlf_data_fail(h, &fault);
	str_fini(&safe);
	return rc;
}

int
arrow_damaged(struct mlf_dataset_host *h, const char *what)
{
	return arrow_fail(h, 0, "write the file anew, or get it again from where it came",
		"the Arrow file is damaged: %s", what);
}

int
arrow_format(struct mlf_dataset_host *h, bool *stream)
{
	const char *format = mlf_option(h, "save_args", "format", "file");

	*stream = str_eq(format, "stream");
	if (*stream || str_eq(format, "file"))
		return 0;
	return mlf_option_fail(h, "save_args", "format", "`format` is neither `file` nor `stream`",
		"file: with a footer, for random access (Feather); stream: for reading from front "
		"to "
		"end; both are read");
}

static int
check(struct mlf_dataset_host *h)
{
	bool stream;

	return arrow_format(h, &stream);
}

static const struct mlf_option options[] = {
	{"save_args", "format", MLF_OPT_STR, false,
		"file (Feather) or stream (default: file); both are read"},
	{0},
};

const struct mlf_dataset_type arrow_type = {
	.size = sizeof(arrow_type),
	.abi_major = DATASET_ABI_MAJOR,
	.abi_minor = DATASET_ABI_MINOR,
	.name = "arrow",
	.help = "A table in an Arrow IPC file (Feather) or stream; columns have types.",
	.kind = MLF_TABLE,
	.options = options,
	.check = check,
	.read_open = arrow_read_open,
	.read_next = arrow_read_next,
	.read_close = arrow_read_close,
	.write_open = arrow_write_open,
	.write_next = arrow_write_next,
	.write_end = arrow_write_end,
};
