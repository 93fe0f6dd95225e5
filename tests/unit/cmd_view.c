/* SPDX-License-Identifier: Apache-2.0
 * Faces of a run, told of times that no test could wait for. */
#include "tests/unit/unit.h"

#include "cmd/view.h"

LEAK_SUITE(cmd_view);

#define SECOND INT64_C(1000000)

/* a -> b, and c beside them. */
struct scene {
	struct app app;
	struct view v;
	struct plan plan;
	struct plan_node nodes[3];
	struct spec_node specs[3];
	struct view_node seen[3];
	int next_of_a[1];
	char *text;
	size_t len;
};

static struct scene *
scene_make(void)
{
	static const char *const names[] = {"a", "b", "c"};
	struct scene *s = mem_alloc(sizeof(*s));
	for (int i = 0; i < 3; i++) {
		s->specs[i].name = names[i];
		s->nodes[i].spec = &s->specs[i];
	}
	s->next_of_a[0] = 1;
	s->nodes[0].next = s->next_of_a;
	s->nodes[0].n_next = 1;
	s->plan = (struct plan){.nodes = s->nodes, .n = 3};
	FILE *to = open_memstream(&s->text, &s->len);
	s->v = (struct view){.app = &s->app,
		.plan = &s->plan,
		.nodes = s->seen,
		.jobs = 2,
		.talk = to,
		.answer = to};
	cr_assert(to);
	return s;
}

static void
scene_run(struct scene *s, int i, int64_t since_us)
{
	s->seen[i].running = true;
	s->seen[i].attempt = 1;
	s->seen[i].since_us = s->seen[i].spoke_us = since_us;
	s->v.running++;
}

/* What was said since the last call. */
static const char *
scene_said(struct scene *s)
{
	static char buf[4096];
	(void)fflush(s->v.talk);
	(void)snprintf(buf, sizeof(buf), "%s", s->text);
	rewind(s->v.talk);
	return buf;
}

static void
scene_drop(struct scene *s)
{
	(void)fclose(s->v.talk);
	free(s->text);
	free(s);
}

static void
tick_at(struct scene *s, int64_t us)
{
	s->v.now_us = us;
	plain_face.tick(&s->v);
}

Test(cmd_view, a_node_that_takes_long_shows_signs_of_life_in_a_log)
{
	struct scene *s = scene_make();
	scene_run(s, 0, SECOND);
	tick_at(s, 30 * SECOND);
	cr_expect_str_eq(scene_said(s), "");
	s->seen[0].done = 1;
	s->seen[0].total = 4;
	tick_at(s, 31 * SECOND + 400000);
	const char *said = scene_said(s);
	cr_expect(strlen(said) > 9, "%s", said);
	cr_expect_str_eq(said + 9, "[0/3] still a 30.0s 25%\n");
	scene_drop(s);
}

Test(cmd_view, signs_of_life_come_every_thirty_seconds)
{
	struct scene *s = scene_make();
	int lines = 0;
	scene_run(s, 0, 0);
	for (int64_t t = 0; t <= 125; t++)
		tick_at(s, t * SECOND);
	for (const char *p = scene_said(s); *p; p++)
		lines += *p == '\n';
	cr_expect(lines == 4, "%d lines", lines);
	scene_drop(s);
}

Test(cmd_view, the_estimate_is_the_longest_way)
{
	struct scene *s = scene_make();
	for (int i = 0; i < 3; i++)
		s->seen[i].last_us = (i + 1) * 10 * SECOND;
	cr_expect(eta_ms(&s->v) == 30000, "%ld", (long)eta_ms(&s->v)); /* a then b; c beside */
	s->v.jobs = 1;
	cr_expect(eta_ms(&s->v) == 60000);
	scene_run(s, 0, 0);
	s->v.now_us = 4 * SECOND;
	cr_expect(eta_ms(&s->v) == 56000);
	scene_drop(s);
}

Test(cmd_view, a_node_that_reports_knows_better_than_the_past)
{
	struct scene *s = scene_make();
	for (int i = 0; i < 3; i++)
		s->seen[i].ended = i > 0;
	s->seen[0].last_us = 100 * SECOND;
	scene_run(s, 0, 0);
	s->v.now_us = 2 * SECOND;
	s->seen[0].done = 1;
	s->seen[0].total = 5;
	cr_expect(eta_ms(&s->v) == 8000, "%ld", (long)eta_ms(&s->v));
	s->seen[0].done = 9; /* of 5: nonsense, so the past it is */
	cr_expect(eta_ms(&s->v) == 98000);
	scene_drop(s);
}

Test(cmd_view, there_is_no_estimate_while_a_node_was_never_seen)
{
	struct scene *s = scene_make();
	s->seen[0].last_us = s->seen[1].last_us = SECOND;
	cr_expect(eta_ms(&s->v) == -1);
	s->seen[2].ended = true;
	cr_expect(eta_ms(&s->v) == 2000);
	scene_drop(s);
}

Test(cmd_view, a_past_that_is_off_by_ten_is_given_up)
{
	struct scene *s = scene_make();
	for (int i = 0; i < 3; i++)
		s->seen[i].last_us = SECOND;
	s->seen[0].ended = true;
	s->seen[0].took_us = 11 * SECOND;
	s->v.now_us = 14 * SECOND; /* too early to tell */
	cr_expect(eta_ms(&s->v) == 1000);
	s->v.now_us = 15 * SECOND;
	cr_expect(eta_ms(&s->v) == -1);
	s->seen[0].took_us = 10 * SECOND;
	cr_expect(eta_ms(&s->v) == 1000);
	s->seen[0].last_us = 101 * SECOND;
	cr_expect(eta_ms(&s->v) == -1);
	scene_drop(s);
}

Test(cmd_view, a_run_that_has_hardly_begun_says_nothing_about_the_past)
{
	struct scene *s = scene_make();
	for (int i = 0; i < 3; i++)
		s->seen[i].last_us = 1000 * SECOND;
	s->seen[0].ended = true;
	s->seen[0].last_us = s->seen[0].took_us = 20 * SECOND;
	s->seen[0].took_us *= 20;
	s->v.now_us = 400 * SECOND;
	cr_expect(eta_ms(&s->v) == 1000000);
	scene_drop(s);
}

Test(cmd_view, progress_is_an_event_ten_times_a_second_and_at_the_end)
{
	struct scene *s = scene_make();
	int lines = 0;
	s->v.now_us = SECOND;
	scene_run(s, 0, SECOND);
	s->seen[0].total = 1000;
	for (int i = 1; i <= 1000; i++) {
		s->seen[0].done = i;
		s->v.now_us += 1000;
		json_face.node_progress(&s->v, 0);
	}
	const char *said = scene_said(s);
	for (const char *p = said; *p; p++)
		lines += *p == '\n';
	cr_expect(lines >= 10 && lines <= 12, "%d lines", lines);
	cr_expect(strstr(said, "\"done\":1000,\"total\":1000}\n"), "%s", said);
	scene_drop(s);
}
