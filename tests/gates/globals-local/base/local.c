/* A static hidden in a function. */
int next_id(void);

int
next_id(void)
{
	static int last = 7;

	return ++last;
}
