/* A node with a hidden state between its calls. */
#include <string.h>

char *first(char *line);

char *
first(char *line)
{
	return strtok(line, ",");
}
