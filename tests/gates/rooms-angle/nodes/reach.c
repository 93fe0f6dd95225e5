/* The same with angle brackets. */
#include <base/base.h>
