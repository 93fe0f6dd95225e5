/* SPDX-License-Identifier: Apache-2.0
 * pipeline/codec.c: structs as JSON and back, every type of field. */
#include "tests/unit/unit.h"

#include <float.h>
#include <limits.h>
#include "pipeline/codec.h"
#include "pipeline/job.h"

LEAK_SUITE(pipeline_codec);

struct part {
	const char *name;
	int n;
};
struct whole {
	const char *text, *raw;
	char chars[8];
	bool yes;
	int i;
	int64_t l;
	uint64_t u;
	double d;
	struct part part;
	struct part *counted, *ended;
	size_t n_counted;
	const struct dataset *entry;
};
static const struct field part_fields[] = {
	{.key = "name", .type = F_TEXT, .offset = offsetof(struct part, name)},
	{.key = "n", .type = F_INT, .offset = offsetof(struct part, n)},
	{0},
};
static const struct shape part_shape = {sizeof(struct part), part_fields};
static const struct field whole_fields[] = {
	{.key = "text", .type = F_TEXT, .offset = offsetof(struct whole, text)},
	{.key = "raw", .type = F_RAW, .offset = offsetof(struct whole, raw)},
	{.key = "chars", .type = F_CHARS, .offset = offsetof(struct whole, chars), .size = 8},
	{.key = "yes", .type = F_BOOL, .offset = offsetof(struct whole, yes)},
	{.key = "i", .type = F_INT, .offset = offsetof(struct whole, i)},
	{.key = "l", .type = F_I64, .offset = offsetof(struct whole, l)},
	{.key = "u", .type = F_I64, .offset = offsetof(struct whole, u)},
	{.key = "d", .type = F_DOUBLE, .offset = offsetof(struct whole, d)},
	{.key = "part",
		.type = F_STRUCT,
		.offset = offsetof(struct whole, part),
		.of = &part_shape},
	{.key = "counted",
		.type = F_LIST,
		.offset = offsetof(struct whole, counted),
		.of = &part_shape,
		.count = offsetof(struct whole, n_counted)},
	{.key = "ended",
		.type = F_LIST,
		.offset = offsetof(struct whole, ended),
		.of = &part_shape,
		.count = F_NO_COUNT},
	{.key = "entry", .type = F_ENTRY, .offset = offsetof(struct whole, entry)},
	{0},
};
static const struct shape whole_shape = {sizeof(struct whole), whole_fields};

static char *
encode(const struct whole *from)
{
	struct str s = {0};
	struct jw w;

	jw_init(&w, &s);
	codec_write(&w, &whole_shape, from);
	return s.s;
}

static struct whole
decode(struct arena *a, const char *json)
{
	struct whole into = {0};
	struct err e = {0};

	cr_assert(codec_read(a, json, strlen(json), &whole_shape, &into, &e) == 0, "%s: %s", json,
		e.msg);
	return into;
}

static struct whole
there_and_back(struct arena *a, const struct whole *from)
{
	char *json = encode(from);
	struct whole back = decode(a, json);

	free(json);
	return back;
}

Test(pipeline_codec, nothing_comes_back_as_nothing)
{
	struct arena a = {0};
	const struct whole zero = {0};
	struct whole back = there_and_back(&a, &zero);

	cr_expect(!back.text && !back.raw && !back.chars[0] && !back.yes && !back.entry);
	cr_expect(back.i == 0 && back.l == 0 && back.d == 0);
	cr_expect(!back.part.name && back.part.n == 0);
	cr_expect(back.n_counted == 0);
	cr_expect(back.ended && !back.ended->name);
	arena_fini(&a);
}

Test(pipeline_codec, numbers_keep_every_bit)
{
	static const double doubles[] = {0.1, -0.0, INFINITY, -INFINITY, NAN, DBL_MIN, DBL_MAX,
		DBL_TRUE_MIN, 9007199254740993.0};
	struct arena a = {0};

	for (size_t i = 0; i < sizeof(doubles) / sizeof(doubles[0]); i++) {
		const struct whole from = {.d = doubles[i]};
		struct whole back = there_and_back(&a, &from);
		cr_expect(memcmp(&back.d, &from.d, sizeof(double)) == 0, "%g", doubles[i]);
	}
	const struct whole ends = {.i = INT_MIN, .l = INT64_MIN, .u = UINT64_MAX};
	struct whole back = there_and_back(&a, &ends);
	cr_expect(back.i == INT_MIN && back.l == INT64_MIN && back.u == UINT64_MAX);
	arena_fini(&a);
}

Test(pipeline_codec, texts_keep_every_character)
{
	static const char *const texts[] = {
		"", "a\"b\\c", "\n\t\x01\x7f", "Zoë 漢字 🙂", "null", "{}"};
	struct arena a = {0};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		const struct whole from = {.text = texts[i], .part = {texts[i], 1}};
		struct whole back = there_and_back(&a, &from);
		cr_expect_str_eq(back.text, texts[i]);
		cr_expect_str_eq(back.part.name, texts[i]);
	}
	arena_fini(&a);
}

Test(pipeline_codec, a_fixed_array_takes_what_fits)
{
	struct arena a = {0};
	struct whole back = decode(&a, "{\"chars\": \"seven..\"}");

	cr_expect_str_eq(back.chars, "seven..");
	back = decode(&a, "{\"chars\": \"more than seven\"}");
	cr_expect_str_eq(back.chars, "more th");
	back = decode(&a, "{\"chars\": null}");
	cr_expect_str_eq(back.chars, "");
	arena_fini(&a);
}

Test(pipeline_codec, raw_json_stays_as_it_is)
{
	struct arena a = {0};
	const struct whole from = {.raw = "{\"a\": [1, 2.50, null, \"x\"]}"};
	struct whole back = there_and_back(&a, &from);

	cr_expect_str_eq(back.raw, from.raw);
	cr_expect(!decode(&a, "{\"raw\": null}").raw);
	cr_expect_str_eq(decode(&a, "{\"raw\": \"null\"}").raw, "\"null\"");
	cr_expect_str_eq(decode(&a, "{\"raw\": 0}").raw, "0");
	arena_fini(&a);
}

Test(pipeline_codec, lists_of_every_length_come_back)
{
	struct arena a = {0};

	for (size_t n = 0; n < 70; n++) {
		struct part parts[70] = {{0}};
		for (size_t i = 0; i < n; i++)
			parts[i] = (struct part){i % 3 ? "x" : "", (int)i};
		const struct whole from = {.counted = parts, .n_counted = n};
		struct whole back = there_and_back(&a, &from);
		cr_assert(back.n_counted == n);
		for (size_t i = 0; i < n; i++) {
			cr_expect(back.counted[i].n == (int)i);
			cr_expect_str_eq(back.counted[i].name, parts[i].name);
		}
	}
	arena_fini(&a);
}

Test(pipeline_codec, a_list_without_a_count_ends_with_a_nameless_element)
{
	struct arena a = {0};

	for (size_t n = 0; n < 20; n++) {
		struct part parts[21] = {{0}};
		for (size_t i = 0; i < n; i++)
			parts[i] = (struct part){"x", (int)i};
		const struct whole from = {.ended = parts};
		struct whole back = there_and_back(&a, &from);
		for (size_t i = 0; i < n; i++)
			cr_assert(back.ended[i].name && back.ended[i].n == (int)i);
		cr_expect(!back.ended[n].name);
	}
	arena_fini(&a);
}

Test(pipeline_codec, unknown_members_are_skipped)
{
	struct arena a = {0};
	struct whole back = decode(&a,
		"{\"new\": {\"deep\": [1, {\"i\": 9}]}, \"i\": 7, \"text\": \"t\", \"\": 0,"
		" \"part\": {\"n\": 3, \"more\": []}}");

	cr_expect(back.i == 7 && back.part.n == 3);
	cr_expect_str_eq(back.text, "t");
	arena_fini(&a);
}

static bool
fails(const char *json, size_t len)
{
	struct arena a = {0};
	struct whole into = {0};
	struct err e = {0};
	int rc = codec_read(&a, json, len, &whole_shape, &into, &e);

	arena_fini(&a);
	return rc == -1 && e.code;
}

Test(pipeline_codec, what_is_cut_off_or_mistyped_is_an_error)
{
	struct part parts[3] = {{"a", 1}, {"b", 2}, {0}};
	const struct whole from = {.text = "text",
		.raw = "[1]",
		.chars = "chars",
		.i = 1,
		.counted = parts,
		.ended = parts,
		.n_counted = 2};
	char *json = encode(&from);

	for (size_t len = 0; len < strlen(json); len++)
		cr_expect(fails(json, len), "%.*s", (int)len, json);
	free(json);
	static const char *const wrong[] = {"[]", "1", "{\"i\": \"1\"}", "{\"i\": 1.5}",
		"{\"yes\": 1}", "{\"text\": 1}", "{\"part\": []}", "{\"part\": 1}",
		"{\"counted\": {}}", "{\"counted\": [1]}", "{\"counted\": [[]]}",
		"{\"d\": \"NaN\"}", "{} {}", "{\"entry\": 1}", "{\"entry\": {\"type\": \"none\"}}",
		"{\"l\": 9223372036854775808}"};
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		cr_expect(fails(wrong[i], strlen(wrong[i])), "%s", wrong[i]);
}

Test(pipeline_codec, an_error_crosses_whole)
{
	const struct place at = {
		.file = "conf/base/pipeline.yml", .line = 3, .col = 4, .end_col = 9};
	struct err e = {0}, back = {0}, failed = {0};
	struct arena a = {0};
	struct str s = {0};
	struct jw w;

	err_set(&e, MLC_NODE_FAILED, "node `%s` \"said\" \n", "x");
	err_at(&e, &at, "label");
	err_help(&e, "help");
	err_note(&e, "note");
	jw_init(&w, &s);
	codec_write(&w, &err_shape, &e);
	cr_assert(codec_read(&a, s.s, s.len, &err_shape, &back, &failed) == 0);
	cr_expect(memcmp(&e.msg, &back.msg, strlen(e.msg) + 1) == 0);
	cr_expect(back.code == e.code && back.line == 3 && back.col == 4 && back.end_col == 9);
	cr_expect_str_eq(back.file, e.file);
	cr_expect_str_eq(back.label, "label");
	cr_expect_str_eq(back.help, "help");
	cr_expect_str_eq(back.note, "note");
	str_fini(&s);
	arena_fini(&a);
}

/* ---- job_wire.c: the tables of what really crosses */

Test(pipeline_codec, a_job_crosses_whole)
{
	struct job_input in[] = {{.port = "table",
					 .kind = MLF_TABLE,
					 .dataset = "orders",
					 .frame_json = "{\"segs\":[1]}",
					 .known_hash = "abc",
					 .contract = "conf/x.yml"},
		{.port = "more",
			.kind = MLF_JSON,
			.optional = true,
			.absent = true,
			.dataset = "more"}};
	struct job_output out[] = {{.port = "out",
		.kind = MLF_MODEL,
		.dataset = "model",
		.keep = true,
		.optional = true}};
	const struct job j = {.id = 7,
		.root = "/tmp/x y",
		.run_id = "0123",
		.run_folder = "runs/a/b",
		.node = "clean",
		.plugin = "build/nodes/clean.so",
		.def = "clean",
		.plugin_id = {1, 2, 3, 4, 5},
		.params = "{\"a\":1}",
		.segments = "[1,2]",
		.seed = UINT64_MAX,
		.now_ms = 1736910000000,
		.inputs = in,
		.outputs = out,
		.n_inputs = 2,
		.n_outputs = 1};
	struct job back;
	struct arena a = {0};
	struct str s = {0};
	struct jw w;
	struct err e = {0};

	jw_init(&w, &s);
	job_encode(&j, &w);
	cr_assert(job_decode(&a, s.s, s.len, &back, &e) == 0, "%s", e.msg);
	cr_expect(back.id == 7 && back.seed == UINT64_MAX && back.now_ms == j.now_ms);
	cr_expect(memcmp(&back.plugin_id, &j.plugin_id, sizeof(j.plugin_id)) == 0);
	cr_expect_str_eq(back.root, j.root);
	cr_expect_str_eq(back.node, "clean");
	cr_expect_str_eq(back.def, "clean");
	cr_expect_str_eq(back.run_id, "0123");
	cr_expect_str_eq(back.run_folder, j.run_folder);
	cr_expect_str_eq(back.plugin, j.plugin);
	cr_expect_str_eq(back.params, "{\"a\":1}");
	cr_expect_str_eq(back.segments, "[1,2]");
	cr_assert(back.n_inputs == 2 && back.n_outputs == 1);
	cr_expect_str_eq(back.inputs[0].frame_json, "{\"segs\":[1]}");
	cr_expect_str_eq(back.inputs[0].known_hash, "abc");
	cr_expect_str_eq(back.inputs[0].contract, "conf/x.yml");
	cr_expect(!back.inputs[0].known_schema && !back.inputs[0].entry && !back.inputs[0].absent);
	cr_expect(back.inputs[1].absent && back.inputs[1].optional);
	cr_expect(back.inputs[1].kind == MLF_JSON);
	cr_expect(back.outputs[0].keep && back.outputs[0].optional);
	cr_expect(back.outputs[0].kind == MLF_MODEL);
	str_fini(&s);
	arena_fini(&a);
}

Test(pipeline_codec, a_result_crosses_whole)
{
	struct done_data data[] = {{.port = "table",
		.dataset = "orders",
		.output = true,
		.given = true,
		.stage = "data/.x.stage",
		.target = "data/x",
		.hash = "h",
		.schema = "{}",
		.rows = -1,
		.bytes = 1ull << 40,
		.frame_json = "{\"segs\":[]}",
		.contract_json = "{}",
		.checks = 5,
		.checks_failed = 1}};
	struct metric metrics[] = {{"auc", NAN, INT64_MAX, -1}, {"loss", -INFINITY, 0, 0}};
	struct tag tags[] = {{"k", "v"}, {"empty", NULL}};
	struct done_wish wishes[] = {{"loan", NULL, "auc > current", "data/m"}};
	struct done d = {.data = data,
		.metrics = metrics,
		.tags = tags,
		.wishes = wishes,
		.n_data = 1,
		.n_metrics = 2,
		.n_tags = 2,
		.n_wishes = 1};
	struct done back;
	struct arena a = {0};
	struct str s = {0};
	struct jw w;
	struct err e = {0};

	err_set(&d.err, MLC_CONTRACT, "broken");
	jw_init(&w, &s);
	done_encode(&d, &w);
	cr_assert(done_decode(&a, s.s, s.len, &back, &e) == 0, "%s", e.msg);
	cr_expect(back.err.code == MLC_CONTRACT);
	cr_assert(
		back.n_data == 1 && back.n_metrics == 2 && back.n_tags == 2 && back.n_wishes == 1);
	cr_expect(back.data[0].output && back.data[0].given && !back.data[0].folder);
	cr_expect(back.data[0].rows == -1 && back.data[0].bytes == 1ull << 40);
	cr_expect(back.data[0].checks == 5 && back.data[0].checks_failed == 1);
	cr_expect_str_eq(back.data[0].stage, "data/.x.stage");
	cr_expect_str_eq(back.data[0].frame_json, "{\"segs\":[]}");
	cr_expect(isnan(back.metrics[0].value) && back.metrics[0].step == INT64_MAX);
	cr_expect(back.metrics[0].time_ms == -1 && back.metrics[1].value == -INFINITY);
	cr_expect_str_eq(back.tags[0].value, "v");
	cr_expect(!back.tags[1].value);
	cr_expect(!back.wishes[0].alias);
	cr_expect_str_eq(back.wishes[0].condition, "auc > current");
	str_fini(&s);
	arena_fini(&a);
}
