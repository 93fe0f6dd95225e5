/* Only clang sees that nobody uses the constant. */
static const int unused_here = 1;

int used(void);

int
used(void)
{
	return 2;
}
