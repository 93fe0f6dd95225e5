/* Texts and their width. A comment may say "SELECT %s FROM", and #include "cmd/main.h". */
#include "base/text.h"
#include <string.h>

static const char *const spaces[] = {" ", "\t"};

size_t
text_width(const char *s)
{
	size_t n = strlen(s);

	for (size_t i = 0; i < sizeof spaces / sizeof *spaces; i++)
		if (n > 0 && strcmp(s, spaces[i]) == 0)
			return 0;
	return n;
}
