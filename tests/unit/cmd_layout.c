/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/unit.h"
#include "cmd/picture.h"

LEAK_SUITE(layout);

/* A picture from text: one character a spot, "ab cd" draws a -> b and c -> d; ranks are given. */
struct drawing {
	struct arena arena;
	struct picture p;
};

static void
draw(struct drawing *d, const char *ranks, const char *arrows)
{
	*d = (struct drawing){0};
	struct picture *p = &d->p;
	p->n = strlen(ranks);
	p->spots = arena_alloc(&d->arena, (p->n + 1) * sizeof(*p->spots));
	p->arrows = arena_alloc(&d->arena, (strlen(arrows) + 1) * sizeof(*p->arrows));
	for (size_t i = 0; i < p->n; i++) {
		p->spots[i].name = "name";
		p->spots[i].rank = ranks[i] - '0';
		p->ranks = p->spots[i].rank >= p->ranks ? p->spots[i].rank + 1 : p->ranks;
	}
	for (; *arrows; arrows += arrows[2] ? 3 : 2) {
		p->arrows[p->n_arrows].from = (size_t)(arrows[0] - 'a');
		p->arrows[p->n_arrows++].to = (size_t)(arrows[1] - 'a');
	}
	struct err e = {0};
	cr_assert_eq(picture_layout(&d->arena, p, &e), 0, "%s", e.msg);
}

/* Where the arrow is in a rank. */
static double
x_at(const struct picture *p, const struct arrow *w, int rank)
{
	const struct spot *from = &p->spots[w->from], *to = &p->spots[w->to];
	return rank == from->rank  ? from->x
		: rank == to->rank ? to->x
				   : w->xs[rank - from->rank - 1];
}

static int
crossings(const struct picture *p)
{
	int n = 0;
	for (size_t i = 0; i < p->n_arrows; i++)
		for (size_t k = i + 1; k < p->n_arrows; k++)
			for (int r = 0; r + 1 < p->ranks; r++) {
				const struct arrow *a = &p->arrows[i], *b = &p->arrows[k];
				if (p->spots[a->from].rank > r || p->spots[a->to].rank < r + 1 ||
					p->spots[b->from].rank > r || p->spots[b->to].rank < r + 1)
					continue;
				double top = x_at(p, a, r) - x_at(p, b, r);
				double low = x_at(p, a, r + 1) - x_at(p, b, r + 1);
				n += (top < -.01 && low > .01) || (top > .01 && low < -.01);
			}
	return n;
}

Test(layout, nothing_has_a_layout)
{
	struct drawing d;
	draw(&d, "", "");
	cr_expect_eq(d.p.n, 0);
	arena_fini(&d.arena);
}

Test(layout, one_spot_stands_within_the_picture)
{
	struct drawing d;
	draw(&d, "0", "");
	cr_expect(d.p.spots[0].x > 0 && d.p.spots[0].x < d.p.width);
	cr_expect(d.p.spots[0].y > 0 && d.p.spots[0].y < d.p.height);
	arena_fini(&d.arena);
}

Test(layout, crossings_that_can_be_avoided_are)
{
	static const char *const drawings[][2] = {
		{"0011", "ad bc"},                         /* two lines */
		{"000111", "af be cd"},                    /* three, reversed */
		{"0011122222", "ae bc bd cj di dh eg ef"}, /* two trees */
		{"01122", "ac ab be cd"},                  /* a fork */
		{"0123", "ab bc cd ad ac"},                /* long arrows past a chain */
	};
	for (size_t i = 0; i < sizeof(drawings) / sizeof(drawings[0]); i++) {
		struct drawing d;
		draw(&d, drawings[i][0], drawings[i][1]);
		cr_expect_eq(crossings(&d.p), 0, "drawing %zu", i);
		arena_fini(&d.arena);
	}
}

Test(layout, two_that_must_cross_cross_once)
{
	struct drawing d;
	draw(&d, "0011", "ac ad bc bd");
	cr_expect_eq(crossings(&d.p), 1);
	arena_fini(&d.arena);
}

Test(layout, spots_of_a_rank_never_touch)
{
	struct drawing d;
	draw(&d, "0111111222", "ab ac ad ae af ag bh ch dh eh fi gj");
	for (size_t i = 0; i < d.p.n; i++)
		for (size_t k = i + 1; k < d.p.n; k++) {
			const struct spot *s = &d.p.spots[i], *t = &d.p.spots[k];
			double gap = s->x < t->x ? t->x - s->x : s->x - t->x;
			if (s->rank == t->rank)
				cr_expect(gap >= (s->w + t->w) / 2 + 20, "%zu and %zu", i, k);
		}
	arena_fini(&d.arena);
}

Test(layout, a_chain_is_a_straight_line)
{
	struct drawing d;
	draw(&d, "01234", "ab bc cd de");
	for (size_t i = 1; i < d.p.n; i++)
		cr_expect_float_eq(d.p.spots[i].x, d.p.spots[0].x, 0.01);
	arena_fini(&d.arena);
}

Test(layout, a_picture_too_large_to_look_at_is_refused)
{
	struct spot spots[2] = {{.name = "a"}, {.name = "b", .rank = 30000}};
	struct arrow arrow = {.from = 0, .to = 1};
	struct picture p = {
		.spots = spots, .arrows = &arrow, .n = 2, .n_arrows = 1, .ranks = 30001};
	struct arena a = {0};
	struct err e = {0};
	cr_assert_eq(picture_layout(&a, &p, &e), -1);
	cr_expect_eq(e.code, MLC_USAGE);
	cr_expect(strstr(e.help, "dot"));
	arena_fini(&a);
}
