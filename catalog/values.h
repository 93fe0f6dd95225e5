/* SPDX-License-Identifier: Apache-2.0
 * Values as text, both ways: numbers, timestamps, UTF-8. Texts have a length and no NUL.
 *
 * What value_write_* writes, value_* reads back as the same value. */
#ifndef CATALOG_VALUES_H
#define CATALOG_VALUES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Whole decimal numbers that fit, as str_to_i64 reads them. */
bool value_i64(const char *s, size_t n, int64_t *out);
/* Numbers as str_to_f64 reads them: exactly what strtod makes of them in the C locale. */
bool value_f64(const char *s, size_t n, double *out);
/* ISO 8601, microseconds since 1970-01-01 UTC:
 * YYYY-MM-DD [T or blank HH:MM [:SS [.ffffff]] [Z or +HH:MM or -HHMM or +HH]]; no zone is UTC. */
bool value_timestamp(const char *s, size_t n, int64_t *out);
/* Days from 1970-01-01 to a day that there is. */
int64_t value_days(int64_t year, int month, int day);
bool value_is_utf8(const char *s, size_t n);

/* The longest text that value_write_* makes. */
#define VALUE_MAX 40
/* Each writes to `to` and gives the length. */
size_t value_write_i64(char to[static VALUE_MAX], int64_t v);
/* The shortest digits that read back, always with a point or an exponent, so that a column of
 * floats is recognized as one: "0.1", "5.0", "1e+300", "nan", "-inf". */
size_t value_write_f64(char to[static VALUE_MAX], double v);
/* "2025-01-15T03:00:00Z", with ".123456" if there is a fraction. */
size_t value_write_timestamp(char to[static VALUE_MAX], int64_t micros);

#endif
