/* SPDX-License-Identifier: Apache-2.0
 * base/map.c. */
#include "tests/unit/unit.h"

#include "base/base.h"

LEAK_SUITE(base_map);

Test(base_map, zero_is_empty)
{
	struct map m = {0};

	cr_expect_null(map_get(&m, "x"));
	cr_expect(!map_has(&m, "x"));
	cr_expect_null(map_near(&m, "x"));
	map_fini(&m);
}

Test(base_map, put_tells_new_keys_from_old)
{
	struct map m = {0};
	int one, two;

	cr_expect(map_put(&m, "a", &one));
	cr_expect(map_put(&m, "", NULL));
	cr_expect(!map_put(&m, "a", &two));
	cr_expect_eq(map_get(&m, "a"), &two);
	cr_expect_null(map_get(&m, ""));
	cr_expect(map_has(&m, ""));
	cr_expect_eq(m.n, 2);
	map_fini(&m);
	cr_expect_eq(m.n, 0);
}

Test(base_map, keys_are_copied)
{
	struct map m = {0};
	char key[] = "abc";
	int v;

	map_put(&m, key, &v);
	key[0] = 'x';
	cr_expect_eq(map_get(&m, "abc"), &v);
	cr_expect(!map_has(&m, "xbc"));
	map_fini(&m);
}

Test(base_map, thousands_of_keys_keep_their_order_and_values)
{
	struct map m = {0};
	char key[20];

	for (size_t i = 0; i < 50000; i++) {
		snprintf(key, sizeof(key), "key-%zu", i);
		cr_assert(map_put(&m, key, (void *)(i + 1)));
	}
	for (size_t i = 0; i < 50000; i++) {
		snprintf(key, sizeof(key), "key-%zu", i);
		cr_assert_str_eq(m.keys[i], key);
		cr_assert_eq(map_get(&m, key), (void *)(i + 1));
	}
	cr_expect(!map_has(&m, "key-50000"));
	cr_expect_geq(m.n_slots, 2 * m.n);
	map_fini(&m);
}

Test(base_map, the_nearest_key_wins_and_the_first_of_equals)
{
	struct map m = {0};

	map_put(&m, "clean_uses", NULL);
	map_put(&m, "clean_users", NULL);
	map_put(&m, "train", NULL);
	map_put(&m, "brain", NULL);
	cr_expect_str_eq(map_near(&m, "clean_usrs"), "clean_uses");
	cr_expect_str_eq(map_near(&m, "clean_userss"), "clean_users");
	cr_expect_str_eq(map_near(&m, "TRAIN"), "train");
	cr_expect_str_eq(map_near(&m, "drain"), "train");
	cr_expect_null(map_near(&m, "evaluate"));
	map_fini(&m);
}
