/* Copies without a bound. */
#include <string.h>

void copy(char *to, const char *from);

void
copy(char *to, const char *from)
{
	strcpy(to, from);
}
