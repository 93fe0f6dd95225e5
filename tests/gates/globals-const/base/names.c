/* The texts are constant, the array of them is not. */
const char *name_of(int i);

static const char *names[] = {"one", "two"};

const char *
name_of(int i)
{
	return names[i];
}
