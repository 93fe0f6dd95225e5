/* Two rooms on one floor do not know each other. */
#include "registry/registry.h"
