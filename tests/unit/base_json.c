/* SPDX-License-Identifier: Apache-2.0
 * base/json_read.c, base/json_scan.c. The oracle for what is JSON and what it means is jansson. */
#include "tests/unit/unit.h"

#include <jansson.h>
#include "base/base.h"

LEAK_SUITE(base_json);

static bool
accepts(const char *text, size_t n)
{
	struct jr r;

	jr_init(&r, text, n);
	jr_skip(&r);
	return jr_done(&r, NULL) == 0;
}

static bool
jansson_accepts(const char *text, size_t n)
{
	json_t *j = json_loadb(text, n, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);

	json_decref(j);
	return j != NULL;
}

/* Reads any value and writes it again, by every function of both sides. */
static void
copy_value(struct jr *r, struct jw *w)
{
	const char *key, *s;
	size_t n;

	switch (jr_peek(r)) {
	case J_OBJECT:
		jw_object(w);
		for (bool ok = jr_object(r); ok && jr_next(r, &key);) {
			jw_key(w, key);
			copy_value(r, w);
		}
		jw_end(w, '}');
		break;
	case J_ARRAY:
		jw_array(w);
		for (bool ok = jr_array(r); ok && jr_next(r, &key);)
			copy_value(r, w);
		jw_end(w, ']');
		break;
	case J_STRING:
		s = jr_strn(r, &n);
		jw_strn(w, s, n);
		break;
	case J_NUMBER:
		s = jr_raw(r, &n);
		if (s && (memchr(s, '.', n) || memchr(s, 'e', n) || memchr(s, 'E', n)))
			jw_f64(w, strtod(s, NULL));
		else
			jw_i64(w, s ? strtoll(s, NULL, 10) : 0);
		break;
	case J_BOOL: jw_bool(w, jr_bool(r)); break;
	case J_NULL:
		jr_skip(r);
		jw_null(w);
		break;
	}
}

/* --- against the oracle -------------------------------------------------------------------------- */

Test(base_json, accepts_and_refuses_what_jansson_does)
{
	/* clang-format off */
	static const char *const texts[] = {
		"", " ", "null", "nul", "nulll", "true", "false", "True", "tru e", "0", "-0", "00", "01",
		"-01", "-", "--1", "+1", "1.", ".5", "1.5", "-1.5e", "1e5", "1E+5", "1e-5", "1e+", "1e5.",
		"1.e1", "0.0", "0e0", "0x10", "1_000", "Infinity", "NaN", "1 2", "1,", ",", "[]", "[", "]",
		"[1]", "[1,]", "[,1]", "[1,,2]", "[1 2]", "[1, 2 ]", "[\n]", "[[]]", "[[]", "[]]", "[}", "{]",
		"{}", "{", "}", "{\"a\"}", "{\"a\":}", "{\"a\":1}", "{\"a\":1,}", "{,}", "{\"a\" : 1 , \"b\":2}",
		"{a:1}", "{'a':1}", "{\"a\":1 \"b\":2}", "{\"a\":1,\"a\":2}", "{1:2}", "{\"a\"::1}",
		"{\"\":0}", "[{\"a\":[{}]}]", "\"\"", "\"a", "a\"", "\"a\"b", "'a'", "\"\t\"", "\"\n\"", "\"\x1f\"",
		"\"\x7f\"", "\"\\n\\t\\b\\f\\r\\\"\\\\\\/\"", "\"\\a\"", "\"\\\"", "\"\\u\"", "\"\\u12\"",
		"\"\\u123g\"", "\"\\u0041\"", "\"\\U0041\"", "\"\\u0000\"", "\"\\ud83d\\ude00\"", "\"\\ud83d\"",
		"\"\\ude00\"", "\"\\ude00\\ude00\"", "\"\\ud83dx\"", "\"\\ud83d\\n\"", "\"\\ud83d\\u0041\"", "\"\\ud83d\\ud83d\"",
		"\"\\uD83D\\uDE00\"", "\"\\uffff\"", "\xef\xbb\xbf" "1", "\xa0" "1", "\v1", "\f1",
		"// c\n1", "/* c */1", "1 // c", "\"\xc3\xa4\"", "\"\xe2\x82\xac\"", "\"\xf0\x9f\x98\x80\"",
		"\"\x80\"", "\"\xc3\"", "\"\xc3(\"", "\"\xe2\x82\"", "\"\xe2\x28\xa1\"", "\"\xf0\x9f\x98\"",
		"\"\xc0\x80\"", "\"\xc1\xbf\"", "\"\xe0\x80\xaf\"", "\"\xf0\x80\x80\xaf\"", "\"\xf4\x8f\xbf\xbf\"",
		"\"\xf4\x90\x80\x80\"", "\"\xf5\x80\x80\x80\"", "\"\xed\x9f\xbf\"", "\"\xed\xa0\x80\"",
		"\"\xed\xbf\xbf\"", "\"\xee\x80\x80\"", "\"\xfe\"", "\"\xff\"",
	};
	/* clang-format on */

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		size_t n = strlen(texts[i]);

		cr_expect_eq(accepts(texts[i], n), jansson_accepts(texts[i], n), "[%s]", texts[i]);
	}
}

Test(base_json, every_single_byte_in_a_text_is_judged_as_jansson_does)
{
	for (int c = 0; c < 256; c++) {
		for (int at = 1; at < 20; at++) {
			char text[] = "\"abcdefghijklmnopqr\"";

			text[at] = (char)c;
			cr_expect_eq(
				accepts(text, 20), jansson_accepts(text, 20), "%02x at %d", c, at);
		}
	}
}

Test(base_json, every_pair_of_bytes_after_a_lead_byte_is_judged_as_jansson_does)
{
	static const unsigned char leads[] = {0xc2, 0xdf, 0xe0, 0xe1, 0xed, 0xef, 0xf0, 0xf1, 0xf4};

	for (size_t i = 0; i < sizeof leads; i++) {
		for (int second = 0x70; second < 0xd0; second++) {
			for (int tail = 0; tail < 3; tail++) {
				char text[] = {'"', (char)leads[i], (char)second, (char)0x80,
					(char)0xbf, '"'};
				size_t n = (size_t)(6 - tail);

				text[n - 1] = '"';
				cr_expect_eq(accepts(text, n), jansson_accepts(text, n),
					"%02x %02x %d", leads[i], second, tail);
			}
		}
	}
}

Test(base_json, every_truncation_of_a_document_is_refused)
{
	static const char text[] = "{\"a\": [1, -2.5e3, true, null], \"b\\u00e4\": {\"c\": "
				   "\"x\\ud83d\\ude00\xc3\xa4\"}}";

	for (size_t n = 0; n < sizeof text - 1; n++) {
		char *cut = malloc(n ? n : 1); /* so that a read beyond the end is seen */

		memcpy(cut, text, n);
		cr_expect_not(accepts(cut, n), "%zu", n);
		free(cut);
	}
	cr_expect(accepts(text, sizeof text - 1));
}

static uint64_t
rnd(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

static json_t *
random_text(uint64_t *seed)
{
	static const char *const parts[] = {"a", "\"", "\\", "/", "\n", "\x01", "\xc3\xa4",
		"\xf0\x9f\x98\x80", "plain text here "};
	struct str s = {0};
	json_t *j;

	for (uint64_t i = rnd(seed) % 12; i > 0; i--)
		str_add(&s, parts[rnd(seed) % (sizeof parts / sizeof *parts)]);
	j = json_string(str_text(&s));
	str_fini(&s);
	return j;
}

static json_t *
random_value(uint64_t *seed, int depth)
{
	json_t *j;
	double f;

	switch (rnd(seed) % (depth < 6 ? 9 : 6)) {
	case 0: return json_null();
	case 1: return json_boolean(rnd(seed) & 1);
	case 2: return json_integer((json_int_t)rnd(seed));
	case 3: return json_integer((json_int_t)(rnd(seed) % 100) - 50);
	case 4:
		do {
			uint64_t bits = rnd(seed);

			memcpy(&f, &bits, sizeof f);
		} while (!isfinite(f) || f == floor(f)); /* 1.0 is written as 1 */
		return json_real(f);
	case 5: return random_text(seed);
	case 6:
		j = json_object();
		for (uint64_t i = rnd(seed) % 6; i > 0; i--) {
			json_t *key = random_text(seed);

			json_object_set_new(
				j, json_string_value(key), random_value(seed, depth + 1));
			json_decref(key);
		}
		return j;
	default:
		j = json_array();
		for (uint64_t i = rnd(seed) % 6; i > 0; i--)
			json_array_append_new(j, random_value(seed, depth + 1));
		return j;
	}
}

Test(base_json, what_jansson_writes_is_read_and_what_is_written_jansson_reads)
{
	uint64_t seed = 20250115;

	for (int i = 0; i < 2000; i++) {
		json_t *want = random_value(&seed, 0), *got;
		char *text = json_dumps(want,
			JSON_ENCODE_ANY | (i & 1 ? JSON_INDENT(2) : 0) |
				(i & 2 ? JSON_ENSURE_ASCII : 0));
		struct str out = {0};
		struct err e = {0};
		struct jr r;
		struct jw w;

		jr_init(&r, text, strlen(text));
		jw_init(&w, &out);
		copy_value(&r, &w);
		cr_assert_eq(jr_done(&r, &e), 0, "%s in %s", e.msg, text);
		got = json_loads(str_text(&out), JSON_DECODE_ANY, NULL);
		cr_assert(json_equal(want, got), "%s became %s", text, str_text(&out));
		json_decref(want);
		json_decref(got);
		free(text);
		str_fini(&out);
	}
}

/* jansson converts as it parses: a number's range is the caller's business in ours, and a key with a
 * NUL character is refused only where a key is read. */
static bool
is_documented_difference(enum json_error_code why)
{
	return why == json_error_numeric_overflow || why == json_error_null_byte_in_key;
}

/* Documents with one random byte changed, dropped or doubled. */
Test(base_json, mutated_documents_are_judged_as_jansson_does)
{
	static const char bytes[] = "{}[]:,\"\\ue0123-+. \n\x01\xc3\xa4\xed\xa0tn";
	uint64_t seed = 7;

	for (int i = 0; i < 20000; i++) {
		json_t *j = random_value(&seed, 2);
		char *text = json_dumps(j, JSON_ENCODE_ANY);
		size_t n = strlen(text), at = rnd(&seed) % n;
		json_error_t why;
		json_t *other;
		bool same;

		if (rnd(&seed) & 1)
			text[at] = bytes[rnd(&seed) % (sizeof bytes - 1)];
		else
			memmove(text + at, text + at + 1, n-- - at);
		other = json_loadb(text, n, JSON_DECODE_ANY | JSON_ALLOW_NUL, &why);
		same = accepts(text, n) == (other != NULL);
		if (!same)
			same = is_documented_difference(json_error_code(&why));
		cr_assert(same, "%.*s", (int)n, text);
		json_decref(other);
		json_decref(j);
		free(text);
	}
}

/* --- the reader ---------------------------------------------------------------------------------- */

static int64_t
i64_of(const char *text, struct err *e)
{
	struct jr r;
	int64_t v;

	*e = (struct err){0};
	jr_init(&r, text, strlen(text));
	v = jr_i64(&r);
	return jr_done(&r, e) == 0 ? v : 0;
}

Test(base_json, whole_numbers_are_exact_up_to_both_ends)
{
	struct err e;

	cr_expect_eq(i64_of("9223372036854775807", &e), INT64_MAX);
	cr_expect_eq(i64_of("-9223372036854775808", &e), INT64_MIN);
	cr_expect_eq(i64_of("9007199254740993", &e), 9007199254740993);
	cr_expect_eq(i64_of("-0", &e), 0);
	cr_expect_eq(e.code, MLC_OK);
}

Test(base_json, whole_numbers_beyond_64_bits_or_with_a_fraction_are_errors)
{
	static const char *const texts[] = {"9223372036854775808", "-9223372036854775809",
		"18446744073709551616", "100000000000000000000000000", "1.0", "1e3", "\"1\"",
		"null", "true", "[1]"};
	struct err e;

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		cr_expect_eq(i64_of(texts[i], &e), 0);
		cr_expect_eq(e.code, MLC_JSON, "%s", texts[i]);
	}
}

Test(base_json, doubles_are_what_strtod_makes_of_them)
{
	static const char *const texts[] = {"0", "-0", "0.1", "-0.1", "1e22", "1e23", "1e-22",
		"1e-23", "9007199254740993", "9007199254740992e22", "123456789012345678",
		"1.7976931348623157e308", "2.2250738585072014e-308", "5e-324", "1e-999",
		"0.000000000000000000000000000001", "123456789012345678901234567890",
		"0e999999999999999999999", "1234.5E-2", "1e+2", "0.30000000000000004", "8.41e21",
		"100000000000000000000000000000000000000000e-40"};

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		double want = strtod(texts[i], NULL), got;
		struct jr r;

		jr_init(&r, texts[i], strlen(texts[i]));
		got = jr_f64(&r);
		cr_expect_eq(jr_done(&r, NULL), 0, "%s", texts[i]);
		cr_expect_eq(memcmp(&want, &got, sizeof got), 0, "%s: %.17g", texts[i], got);
	}
}

Test(base_json, a_huge_exponent_and_as_many_digits_cancel_out)
{
	static const size_t zeros[] = {9998, 9999, 10000, 10001, 99999, 200001};
	struct str text = {0};
	struct jr r;

	for (size_t i = 0; i < sizeof zeros / sizeof *zeros; i++) {
		str_reset(&text);
		str_add(&text, "0.");
		for (size_t k = 0; k < zeros[i]; k++)
			str_addc(&text, '0');
		str_addf(&text, "25e%zu", zeros[i]);
		jr_init(&r, text.s, text.len);
		cr_expect_eq(jr_f64(&r), strtod(text.s, NULL), "%zu", zeros[i]);
		cr_expect_eq(jr_done(&r, NULL), 0);
		str_addc(&text, '0');
		jr_init(&r, text.s, text.len);
		jr_f64(&r);
		cr_expect_eq(jr_done(&r, NULL), -1, "%zu", zeros[i]);
	}
	str_fini(&text);
}

Test(base_json, doubles_too_large_are_errors_and_null_is_nan)
{
	struct jr r;

	jr_init(&r, "1e309", 5);
	jr_f64(&r);
	cr_expect_eq(jr_done(&r, NULL), -1);
	jr_init(&r, "null", 4);
	cr_expect(isnan(jr_f64(&r)));
	cr_expect_eq(jr_done(&r, NULL), 0);
}

Test(base_json, texts_are_decoded)
{
	static const char text[] =
		"\"a\\u00e4\\u20ac\\ud83d\\ude00\\n\\/\\\\\\\"\xc3\xb6 and a long tail\"";
	struct jr r;

	jr_init(&r, text, sizeof text - 1);
	cr_expect_str_eq(
		jr_str(&r), "a\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80\n/\\\"\xc3\xb6 and a long tail");
	cr_expect_eq(jr_done(&r, NULL), 0);
}

Test(base_json, null_as_text_is_NULL_and_an_empty_text_is_empty)
{
	struct jr r;
	const char *key;

	jr_init(&r, "[null,\"\"]", 9);
	cr_assert(jr_array(&r));
	cr_assert(jr_next(&r, &key));
	cr_expect_null(key);
	cr_expect_null(jr_str(&r));
	cr_assert(jr_next(&r, &key));
	cr_expect_str_eq(jr_str(&r), "");
	cr_expect_not(jr_next(&r, &key));
	cr_expect_eq(jr_done(&r, NULL), 0);
}

Test(base_json, NUL_characters_are_for_jr_strn_only)
{
	struct jr r;
	const char *key;
	size_t n;

	jr_init(&r, "\"a\\u0000b\"", 10);
	cr_expect_eq(memcmp(jr_strn(&r, &n), "a\0b", 4), 0);
	cr_expect_eq(n, 3);
	cr_expect_eq(jr_done(&r, NULL), 0);
	jr_init(&r, "\"a\\u0000b\"", 10);
	cr_expect_null(jr_str(&r));
	cr_expect_eq(jr_done(&r, NULL), -1);
	jr_init(&r, "{\"a\\u0000b\":1}", 14);
	cr_assert(jr_object(&r));
	cr_expect_not(jr_next(&r, &key));
	cr_expect_eq(jr_done(&r, NULL), -1);
}

Test(base_json, keys_are_decoded_whatever_their_length)
{
	struct str text = {0};
	const char *key;
	struct jr r;

	for (size_t n = 0; n < 100; n++) {
		str_reset(&text);
		str_add(&text, "{\"");
		for (size_t i = 0; i < n; i++)
			str_addc(&text, 'k');
		str_add(&text, "\":1, \"\\u00e4\":2}");
		jr_init(&r, text.s, text.len);
		cr_assert(jr_object(&r) && jr_next(&r, &key));
		cr_expect_eq(strlen(key), n);
		cr_expect_eq(strspn(key, "k"), n);
		cr_expect_eq(jr_i64(&r), 1);
		cr_assert(jr_next(&r, &key));
		cr_expect_str_eq(key, "\xc3\xa4");
		cr_expect_eq(jr_i64(&r), 2);
		cr_expect_eq(jr_done(&r, NULL), 0);
	}
	str_fini(&text);
}

Test(base_json, depth_64_is_read_and_65_is_not)
{
	char text[130];

	for (size_t depth = 64; depth <= 65; depth++) {
		memset(text, '[', depth);
		memset(text + depth, ']', depth);
		cr_expect_eq(accepts(text, 2 * depth), depth == 64);
	}
}

Test(base_json, a_million_opening_brackets_are_refused_without_recursion)
{
	size_t n = 1 << 20;
	char *text = malloc(n);

	memset(text, '[', n);
	cr_expect_not(accepts(text, n));
	free(text);
}

Test(base_json, an_error_has_line_and_column_in_characters)
{
	static const char text[] = "{\n  \"\xc3\xa4\xc3\xb6\": 1,\n  \"b\xc3\xa4\": 01\n}";
	struct err e = {0};
	struct jr r;

	jr_init(&r, text, sizeof text - 1);
	jr_skip(&r);
	cr_expect_eq(jr_done(&r, &e), -1);
	cr_expect_eq(e.code, MLC_JSON);
	cr_expect_eq(e.line, 3);
	cr_expect_eq(e.col, 9);
	cr_expect_str_eq(e.msg, "JSON, line 3, column 9: this is no number");
}

Test(base_json, after_an_error_every_call_is_harmless)
{
	const char *key;
	size_t n;
	struct err e = {0};
	struct jr r;

	jr_init(&r, "[1, x, 2]", 9);
	cr_assert(jr_array(&r));
	cr_assert(jr_next(&r, &key));
	cr_expect_eq(jr_i64(&r), 1);
	cr_assert(jr_next(&r, &key));
	cr_expect_eq(jr_i64(&r), 0);
	cr_expect_eq(jr_i64(&r), 0);
	cr_expect_eq(jr_f64(&r), 0);
	cr_expect_not(jr_bool(&r));
	cr_expect_null(jr_str(&r));
	cr_expect_null(jr_strn(&r, &n));
	cr_expect_null(jr_raw(&r, &n));
	cr_expect_eq(n, 0);
	cr_expect_not(jr_object(&r));
	cr_expect_not(jr_array(&r));
	cr_expect_not(jr_next(&r, &key));
	cr_expect_eq(jr_peek(&r), J_NULL);
	jr_skip(&r);
	cr_expect_eq(jr_done(&r, &e), -1);
	cr_expect_eq(e.col, 5);
}

Test(base_json, values_left_unread_are_skipped_and_checked)
{
	const char *key;
	struct jr r;

	jr_init(&r, "{\"a\":[1,{\"b\":2}],\"c\":3}", 23);
	cr_assert(jr_object(&r) && jr_next(&r, &key) && jr_next(&r, &key));
	cr_expect_str_eq(key, "c");
	cr_expect_eq(jr_done(&r, NULL), 0);
	jr_init(&r, "{\"a\":}", 6);
	cr_assert(jr_object(&r) && jr_next(&r, &key));
	cr_expect_not(jr_next(&r, &key));
	cr_expect_eq(jr_done(&r, NULL), -1);
	jr_init(&r, "[[1,2", 5);
	cr_assert(jr_array(&r) && jr_next(&r, &key) && jr_array(&r) && jr_next(&r, &key));
	cr_expect_eq(jr_done(&r, NULL), -1);
}

Test(base_json, nothing_at_all_is_an_error)
{
	struct jr r;

	jr_init(&r, NULL, 0);
	cr_expect_eq(jr_done(&r, NULL), -1);
	jr_init(&r, "", 0);
	cr_expect_eq(jr_next(&r, &(const char *){NULL}), false);
	cr_expect_eq(jr_done(&r, NULL), -1);
}

Test(base_json, raw_gives_the_text_of_one_value)
{
	static const char text[] = "[ {\"a\" : [1]} , \"x\\\"\" ,-1.50 ]";
	static const char *const want[] = {"{\"a\" : [1]}", "\"x\\\"\"", "-1.50"};
	const char *key, *raw;
	struct jr r;
	size_t n;

	jr_init(&r, text, sizeof text - 1);
	cr_assert(jr_array(&r));
	for (int i = 0; jr_next(&r, &key); i++) {
		raw = jr_raw(&r, &n);
		cr_expect(n == strlen(want[i]) && memcmp(raw, want[i], n) == 0, "%s", want[i]);
		cr_expect(raw > text && raw < text + sizeof text);
	}
	cr_expect_eq(jr_done(&r, NULL), 0);
}
