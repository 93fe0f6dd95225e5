/* A room below, but not by its public header. */
#include "base/text.h"
