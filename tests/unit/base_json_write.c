/* SPDX-License-Identifier: Apache-2.0
 * base/json_write.c; that what it writes means the same to jansson is in base_json.c */
#include "tests/unit/unit.h"

#include <jansson.h>
#include <signal.h>
#include "base/base.h"

LEAK_SUITE(base_json_write);

Test(base_json_write, commas_and_brackets_come_out_right)
{
	struct str out = {0};
	struct jw w;

	jw_init(&w, &out);
	jw_object(&w);
	jw_kv_str(&w, "s", "x");
	jw_key(&w, "list");
	jw_array(&w);
	jw_i64(&w, INT64_MIN);
	jw_object(&w);
	jw_end(&w, '}');
	jw_array(&w);
	jw_end(&w, ']');
	jw_null(&w);
	jw_raw(&w, "{\"a\":1}");
	jw_end(&w, ']');
	jw_kv_bool(&w, "t", true);
	jw_kv_i64(&w, "i", -1);
	jw_kv_f64(&w, "f", 0.1);
	jw_kv_str(&w, "n", NULL);
	jw_end(&w, '}');
	cr_expect_str_eq(out.s,
		"{\"s\":\"x\",\"list\":[-9223372036854775808,{},[],null,{\"a\":1}],"
		"\"t\":true,\"i\":-1,\"f\":0.1,\"n\":null}");
	str_fini(&out);
}

Test(base_json_write, values_at_the_top_have_no_comma_so_that_lines_can_be_written)
{
	struct str out = {0};
	struct jw w;

	jw_init(&w, &out);
	for (int i = 0; i < 2; i++) {
		jw_array(&w);
		jw_i64(&w, i);
		jw_end(&w, ']');
		str_addc(&out, '\n');
	}
	cr_expect_str_eq(out.s, "[0]\n[1]\n");
	str_fini(&out);
}

Test(base_json_write, nan_and_infinities_are_null)
{
	struct str out = {0};
	struct jw w;

	jw_init(&w, &out);
	jw_array(&w);
	jw_f64(&w, NAN);
	jw_f64(&w, INFINITY);
	jw_f64(&w, -INFINITY);
	jw_f64(&w, 1e300);
	jw_f64(&w, 5e-324);
	jw_end(&w, ']');
	cr_expect_str_eq(out.s, "[null,null,null,1e+300,5e-324]");
	str_fini(&out);
}

Test(base_json_write, texts_are_escaped_and_bad_utf8_is_replaced)
{
	struct str out = {0};
	struct jw w;
	json_t *j;

	jw_init(&w, &out);
	jw_strn(&w, "a\0\x01\x1f\n\"\\\x7f\xc3\xa4\xc3|\xff\xed\xa0\x80", 16);
	cr_expect_str_eq(out.s,
		"\"a\\u0000\\u0001\\u001f\\n\\\"\\\\\x7f\xc3\xa4\xef\xbf\xbd|\xef\xbf\xbd"
		"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"");
	j = json_loadb(out.s, out.len, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
	cr_expect_not_null(j);
	json_decref(j);
	str_fini(&out);
}

Test(base_json_write, more_than_64_levels_can_be_written)
{
	struct str out = {0};
	struct jw w;
	json_t *j;

	jw_init(&w, &out);
	for (int i = 0; i < 200; i++) {
		jw_array(&w);
		jw_i64(&w, i);
	}
	for (int i = 0; i < 200; i++) {
		jw_i64(&w, i);
		jw_end(&w, ']');
	}
	j = json_loads(out.s, 0, NULL);
	cr_expect_not_null(j);
	cr_expect_eq(json_array_size(j), 3);
	json_decref(j);
	str_fini(&out);
}

Test(base_json_write, a_wrong_bracket_ends_the_program, .signal = SIGABRT)
{
	struct str out = {0};
	struct jw w;

	jw_init(&w, &out);
	jw_array(&w);
	jw_end(&w, '}');
}

Test(base_json_write, a_value_without_its_key_ends_the_program, .signal = SIGABRT)
{
	struct str out = {0};
	struct jw w;

	jw_init(&w, &out);
	jw_object(&w);
	jw_i64(&w, 1);
}
