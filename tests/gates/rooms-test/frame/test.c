/* The program needs its own tests. */
#include "tests/unit/unit.h"
