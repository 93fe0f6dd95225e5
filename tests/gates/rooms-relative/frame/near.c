/* A path that hides whose header it is. */
#include "../base/base.h"
