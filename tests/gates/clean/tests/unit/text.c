/* A test: may reach into any room, and may hold state. */
#include "base/text.h"

int calls;
