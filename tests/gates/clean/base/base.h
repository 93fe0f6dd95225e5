/* The public header of the lowest room. */
#ifndef BASE_BASE_H
#define BASE_BASE_H

#include "base/text.h"

#endif
