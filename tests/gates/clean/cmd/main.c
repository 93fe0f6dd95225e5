/* The one file that may hold mutable globals. */
#include "base/base.h"
#include <stdio.h>

static int interrupts;

int
main(int argc, char **argv)
{
	char line[32];

	interrupts += argc;
	(void)snprintf(line, sizeof line, "%d of %s", interrupts, "SELECTED FROM all");
	puts(line);
	return text_width(argv[0]) == 0;
}
