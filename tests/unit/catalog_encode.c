/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/catalog.h"

LEAK_SUITE(encode);

static struct dataset *
over_the_wire(struct room *r, const struct dataset *d)
{
	struct dataset *out = NULL;
	struct str text = {0};
	struct jw w;

	jw_init(&w, &text);
	dataset_encode(d, &w);
	cr_expect_eq(dataset_decode(&r->mem, text.s, text.len, &out, &r->e), 0, "%s", r->e.msg);
	str_fini(&text);
	return out;
}

static void
expect_same(const struct ynode *a, const struct ynode *b)
{
	cr_assert_eq(a->kind, b->kind);
	cr_assert_eq(a->n, b->n);
	cr_expect_eq(a->secret, b->secret);
	if (a->text)
		cr_expect_str_eq(a->text, b->text);
	for (size_t i = 0; i < a->n; i++)
		if (a->kind == Y_LIST) {
			expect_same(a->u.items[i], b->u.items[i]);
		} else {
			cr_expect_str_eq(a->u.pairs[i].key, b->u.pairs[i].key);
			expect_same(a->u.pairs[i].value, b->u.pairs[i].value);
		}
}

Test(encode, an_entry_arrives_as_it_was)
{
	const struct dataset *d;
	struct dataset *back, *sent;
	struct room r;

	room_open(&r);
	d = room_dataset(&r, "csv", "data/x.csv",
		"{load_args: {sep: \"\\t\", na_values: ['1', 1, 1.50, true, 0x1F, 'NA \\u00e4'],"
		" dtype: {a: utf8, 'b c': int64}}, save_args: {}, metadata: {x: [[], {}, ~, "
		".inf]}}");
	sent = (struct dataset *)d;
	sent->layer = "raw";
	sent->outside = true;
	yaml_path(d->entry, "load_args.dtype.a")->secret = true;
	back = over_the_wire(&r, d);
	cr_assert(back);
	cr_expect_str_eq(back->name, "people");
	cr_expect_str_eq(back->path, "data/x.csv");
	cr_expect_str_eq(back->layer, "raw");
	cr_expect(back->outside);
	cr_expect_eq(back->type, d->type);
	cr_expect_eq(back->kind, MLF_TABLE);
	cr_expect_str_eq(back->at.file, "conf/base/catalog.yml");
	cr_expect_eq(back->at.line, 3);
	expect_same(d->entry, back->entry);
	cr_expect(yaml_equal(d->entry, back->entry));
	cr_expect_str_eq(option_text(&r.mem, back, "load_args", "na_values"),
		option_text(&r.mem, d, "load_args", "na_values"));
	back = over_the_wire(&r, room_dataset(&r, "memory", NULL, NULL));
	cr_assert(back);
	cr_expect_null(back->path);
	cr_expect_null(back->layer);
	room_close(&r);
}

Test(encode, deep_entries_arrive_too)
{
	struct str deep = {0};
	const struct dataset *d;
	struct dataset *back;
	struct room r;

	room_open(&r);
	str_add(&deep, "{metadata: ");
	for (int i = 0; i < 60; i++)
		str_add(&deep, i % 2 ? "[" : "{a: ");
	for (int i = 59; i >= 0; i--)
		str_add(&deep, i % 2 ? "]" : "}");
	str_add(&deep, "}");
	d = room_dataset(&r, "csv", "x", deep.s);
	back = over_the_wire(&r, d);
	cr_assert(back);
	cr_expect(yaml_equal(d->entry, back->entry));
	str_fini(&deep);
	room_close(&r);
}

Test(encode, damaged_entries_are_refused)
{
	static const char *const bad[] = {"", "{", "[]", "{}", "{\"name\":\"x\",\"type\":\"csv\"}",
		"{\"name\":\"x\",\"type\":\"csv\",\"path\":\"x\"}",
		"{\"name\":\"x\",\"type\":\"csv\",\"path\":\"x\",\"entry\":[]}",
		"{\"name\":\"x\",\"type\":\"csv\",\"path\":\"x\",\"entry\":[{\"kind\":99}]}",
		"{\"name\":\"x\",\"type\":\"csv\",\"path\":\"x\",\"entry\":[{\"kind\":6,\"n\":1}]}",
		"{\"name\":\"x\",\"type\":\"csv\",\"path\":\"x\",\"entry\":[{\"kind\":6,\"n\":1},"
		"{\"kind\":4}]}",
		"{\"name\":\"x\",\"type\":\"csv\",\"path\":\"x\",\"entry\":[{\"kind\":2,\"text\":"
		"\"a\"}]}",
		"{\"name\":\"x\",\"type\":\"csv\",\"path\":\"x\",\"entry\":[{\"kind\":5,"
		"\"n\":9000000000000000000}]}",
		"{\"name\":\"x\",\"type\":\"nope\",\"path\":\"x\",\"entry\":[{\"kind\":6}]}"};
	struct dataset *d;
	struct room r;

	room_open(&r);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		cr_expect_eq(
			dataset_decode(&r.mem, bad[i], strlen(bad[i]), &d, &r.e), -1, "%s", bad[i]);
	room_close(&r);
}

Test(encode, schemas_are_read_from_what_frames_say)
{
	static const char good[] = "[{\"name\":\"a\",\"type\":\"int64\",\"nulls\":0},"
				   "{\"name\":\"b b\",\"type\":\"timestamp\",\"more\":[1]}]";
	static const char *const bad[] = {"", "{}", "[1]", "[{\"name\":\"a\"}]",
		"[{\"type\":\"int64\"}]", "[{\"name\":\"a\",\"type\":\"int65\"}]",
		"[{\"name\":null,\"type\":\"int64\"}]", "[] x"};
	struct schema s;
	struct room r;

	room_open(&r);
	cr_assert_eq(schema_decode(&r.mem, good, strlen(good), &s, &r.e), 0, "%s", r.e.msg);
	cr_assert_eq(s.n, 2);
	cr_expect_str_eq(s.columns[0].name, "a");
	cr_expect_eq(s.columns[0].type, MLF_I64);
	cr_expect_str_eq(s.columns[1].name, "b b");
	cr_expect_eq(s.columns[1].type, MLF_TIMESTAMP);
	cr_expect_eq(schema_decode(&r.mem, "[]", 2, &s, &r.e), 0);
	cr_expect_eq(s.n, 0);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		cr_expect_eq(
			schema_decode(&r.mem, bad[i], strlen(bad[i]), &s, &r.e), -1, "%s", bad[i]);
	room_close(&r);
}
