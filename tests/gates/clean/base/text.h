/* Texts; private to base, but for what base.h shows. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stddef.h>

size_t text_width(const char *s);

#endif
