/* A file that is not closed on one way. */
#include <stdio.h>

int first_byte(const char *path);

int
first_byte(const char *path)
{
	FILE *f = fopen(path, "r");
	int c;

	if (!f)
		return -1;
	c = fgetc(f);
	if (c < 0)
		return -1;
	(void)fclose(f);
	return c;
}
