/* SPDX-License-Identifier: Apache-2.0
 * Time, chance and ids: real ones, or a fixed sequence that makes a run repeatable.
 *
 * Invariant: ids made with one clock rise, also within a millisecond and when the system's clock is
 * set back. Layout of a UUIDv7 (RFC 9562), with 12 bits that count within the millisecond:
 *
 *	48 bits ms | 0111 | 12 bits counter | 10 | 62 bits random */
#include "base/os.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <sys/random.h>

enum { COUNTER_MAX = 0xfff, MS_PER_DAY = 86400000 };

static int64_t
real_now(clockid_t id, int64_t per_second)
{
	struct timespec t;

	clock_gettime(id, &t);
	return (int64_t)t.tv_sec * per_second + t.tv_nsec / (1000000000 / per_second);
}

int64_t
clock_now_ms(struct clock *c)
{
	if (c && c->fixed_ms)
		return c->fixed_ms++;
	return real_now(CLOCK_REALTIME, 1000);
}

int64_t
clock_mono_us(void)
{
	return real_now(CLOCK_MONOTONIC, 1000000);
}

static uint64_t
real_random(void)
{
	uint64_t v = 0;
	ssize_t n;

	do
		n = getrandom(&v, sizeof v, 0);
	while (n < 0 && errno == EINTR);
	assert(n == (ssize_t)sizeof v);
	return v;
}

uint64_t
clock_random(struct clock *c)
{
	uint64_t s, word;

	if (!c || !c->state)
		return real_random();
	/* PCG RXS-M-XS 64 */
	s = c->state;
	c->state = s * 6364136223846793005u + 1442695040888963407u;
	if (!c->state)
		c->state = 1; /* zero would mean real randomness */
	word = ((s >> ((s >> 59) + 5)) ^ s) * 12605985483714917081u;
	return (word >> 43) ^ word;
}

/* The millisecond and the counter of the next id. */
static void
next_tick(struct clock *c, int64_t *ms, uint32_t *counter)
{
	int64_t now = clock_now_ms(c);
	/* the highest bit is left free, so that there is room to count on */
	uint32_t start = (uint32_t)(clock_random(c) & (COUNTER_MAX >> 1));

	if (c && now <= c->id_ms) {
		now = c->id_ms;
		start = c->id_counter + 1;
		if (start > COUNTER_MAX) {
			now++;
			start = 0;
		}
	}
	if (c) {
		c->id_ms = now;
		c->id_counter = start;
	}
	*ms = now;
	*counter = start;
}

void
clock_uuid7(struct clock *c, char hex[static 33])
{
	uint64_t high, low;
	uint32_t counter;
	int64_t ms;

	next_tick(c, &ms, &counter);
	high = (uint64_t)ms << 16 | (uint64_t)0x7000 | counter;
	low = (clock_random(c) >> 2) | (uint64_t)1 << 63;
	(void)snprintf(
		hex, 33, "%016llx%016llx", (unsigned long long)high, (unsigned long long)low);
}

/* Days since 1970-01-01 as a date of the proleptic Gregorian calendar. Years begin in March here, so
 * that the leap day is a year's last, and 400 of them are 146,097 days. */
static void
civil(int64_t days, int64_t *year, int *month, int *day)
{
	int64_t z = days + 719468;
	int64_t era = (z >= 0 ? z : z - 146096) / 146097;
	int64_t doe = z - era * 146097;                                      /* 0..146096 */
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365; /* 0..399 */
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);               /* 0..365 */
	int64_t mp = (5 * doy + 2) / 153;                                    /* 0 = March */

	*day = (int)(doy - (153 * mp + 2) / 5 + 1);
	*month = (int)(mp < 10 ? mp + 3 : mp - 9);
	*year = yoe + era * 400 + (*month <= 2);
}

void
clock_rfc3339(int64_t ms, char out[static 32])
{
	int64_t days = ms / MS_PER_DAY, rest = ms % MS_PER_DAY, year;
	int month, day, in_day;

	if (rest < 0) {
		rest += MS_PER_DAY;
		days--;
	}
	in_day = (int)rest;
	civil(days, &year, &month, &day);
	(void)snprintf(out, 32,
		year >= 0 && year <= 9999 ? "%04lld-%02d-%02dT%02d:%02d:%02d.%03dZ"
					  : "%+05lld-%02d-%02dT%02d:%02d:%02d.%03dZ",
		(long long)year, month, day, in_day / 3600000, in_day / 60000 % 60,
		in_day / 1000 % 60, in_day % 1000);
}
