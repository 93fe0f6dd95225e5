/* SPDX-License-Identifier: Apache-2.0
 * HTML of what people or programs wrote: nothing of it can become markup. */
#include "cmd/run_report.h"

void
html(struct str *out, const char *tag, const char *text)
{
	str_addf(out, "<%s>", tag);
	str_add_xml(out, text);
	str_addf(out, "</%s>", tag);
}

void
html_fact(struct str *out, const char *name, const char *value)
{
	if (!value || !*value)
		return;
	html(out, "dt", name);
	html(out, "dd", value);
	str_addc(out, '\n');
}

void
html_cell(struct str *out, const char *class, const char *text)
{
	str_addf(out, "<td class=\"%s\">", class);
	str_add_xml(out, text);
	str_add(out, "</td>");
}

void
html_head(struct str *out, const char *const *names, unsigned right)
{
	str_add(out, "<div class=\"scroll\"><table>\n<tr>");
	for (unsigned i = 0; names[i]; i++) {
		str_addf(out, "<th class=\"%s\">", right >> i & 1 ? "n" : "");
		str_add_xml(out, names[i]);
		str_add(out, "</th>");
	}
	str_add(out, "</tr>\n");
}

void
html_state(struct str *out, const char *status)
{
	struct str words = {0};
	str_add(out, "<span class=\"");
	str_add(&words, status);
	for (char *p = words.s; p && *p; p++)
		if (*p == '_')
			*p = ' ';
	str_add_xml(out, status);
	str_add(out, "\"><span class=\"state\">");
	str_add_xml(out, str_text(&words));
	str_add(out, "</span></span>");
	str_fini(&words);
}
