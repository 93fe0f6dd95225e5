/* Tests are compiled with warnings, too. */
int unused_parameter(int n);

int
unused_parameter(int n)
{
	return 1;
}
