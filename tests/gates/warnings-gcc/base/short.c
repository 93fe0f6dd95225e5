/* Only gcc sees that the number does not fit. */
#include <stdio.h>

int shorten(char *out);

int
shorten(char *out)
{
	char text[4];
	int n = snprintf(text, sizeof text, "%d", 123456);

	*out = text[0];
	return n;
}
