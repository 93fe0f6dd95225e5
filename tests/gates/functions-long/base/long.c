/* Sixty-one lines from its name to its brace. */
int long_one(int n);

int
long_one(int n)
{
	n += n;
	n += n;
	n += n;
	n += n;
	n += n;
	n += n;
	n += n;
	n += n;
	n += n;
	n += n;
	n += n;
	n += n;
	n += n;
	n += n;
	n += n;
	n += n;
	n += n;
	n += n;
	n += n;
	n += n;
	n += n;
	n += n;
	n += n;
	n += n;
	n += n;
	n += n;
	n += n;
	n += n;
	n += n;
	n += n;
	n += n;
	n += n;
	n += n;
	n += n;
	n += n;
	n += n;
	n += n;
	n += n;
	n += n;
	n += n;
	n += n;
	n += n;
	n += n;
	n += n;
	n += n;
	n += n;
	n += n;
	n += n;
	n += n;
	n += n;
	n += n;
	n += n;
	n += n;
	n += n;
	n += n;
	n += n;
	n += n;
	return n;
}
