/* Seven parameters, one of them a function with two. */
int many(int a, int b, int c, int d, int e, int f, int (*g)(int, int));

int
many(int a, int b, int c, int d, int e, int f, int (*g)(int, int))
{
	return a + b + c + d + e + f + g(1, 2);
}
