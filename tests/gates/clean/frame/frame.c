/* Uses the room below by its public header, and the ABI. */
#include "frame/frame.h"
#include <mlflow-c/node.h>
#include "base/base.h"

#ifdef __linux__
static const int on_linux = 1;
#else
static const int on_linux = 0;
#endif

int
frame_rows(const char *name, int (*count)(int, int, int, int, int, int, int))
{
	struct mlf_node node = {name, on_linux};

	return node.rows + count((int)text_width(name), 2, 3, 4, 5, 6, 7);
}
