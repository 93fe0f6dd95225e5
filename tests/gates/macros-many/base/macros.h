/* One function-like macro is too many for a tree this small. */
#define TWICE(x) ((x) + (x))
#define PLAIN 1
