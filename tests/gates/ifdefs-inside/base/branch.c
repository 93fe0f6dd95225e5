/* A function of which each system compiles one half. */
int pages(void);

int
pages(void)
{
#ifdef __linux__
	return 1;
#else
	return 2;
#endif
}
