/* A public header that needs a room. */
#include "base/base.h"
