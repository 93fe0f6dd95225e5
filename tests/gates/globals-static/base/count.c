/* A static that is written. */
int count_up(void);

static int count;

int
count_up(void)
{
	return ++count;
}
