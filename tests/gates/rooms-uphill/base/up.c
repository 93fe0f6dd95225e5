/* The lowest room reaches for the one above. */
#include "frame/frame.h"
