/* SPDX-License-Identifier: Apache-2.0
 * Service levels. Only one of them can be seen in the data: how old the newest value of a column may
 * be when the dataset is checked. The others (latency, availability, retention ...) document.
 *
 *	slaProperties: [{property: freshness, value: 24, unit: h, element: orders.updated}] */
#include "contract/rules.h"

#include <strings.h>

/* Hours in one of the units; 0: no such unit. */
static double
hours_of(const char *unit)
{
	static const struct {
		const char *names[5];
		double hours;
	} units[] = {
		{{"h", "hr", "hour", "hours"}, 1.0},
		{{"d", "day", "days"}, 24.0},
		{{"m", "min", "minute", "minutes"}, 1.0 / 60.0},
		{{"s", "sec", "second", "seconds"}, 1.0 / 3600.0},
	};

	for (size_t i = 0; unit && i < sizeof(units) / sizeof(*units); i++)
		for (size_t k = 0; units[i].names[k]; k++)
			if (strcasecmp(unit, units[i].names[k]) == 0)
				return units[i].hours;
	return 0.0;
}

/* The column of `table.column`, or of `column` alone. */
static int
find_element(struct loader *l, const struct ynode *element, struct about *about)
{
	const char *text = yaml_str(element), *dot = text ? strrchr(text, '.') : NULL;

	if (dot &&
		(strncmp(text, l->table, strlen(l->table)) != 0 ||
			strlen(l->table) != (size_t)(dot - text)))
		return loader_fail(l, &element->at,
			arena_printf(l->arena, "write %s.COLUMN", l->table),
			"`%s` is no column of the table", text);
	if (load_column(l, element, dot ? dot + 1 : text, &about->index) != 0)
		return -1;
	about->column = l->contract->schema.columns[about->index].name;
	about->type = l->contract->schema.columns[about->index].type;
	if (about->type != MLF_TIMESTAMP)
		return loader_fail(
			l, &element->at, NULL, "freshness is that of a column of timestamps");
	return 0;
}

static void
load_freshness(struct loader *l, const struct ynode *n, const struct about *table)
{
	const struct ynode *value = yaml_get(n, "value"), *unit = yaml_get(n, "unit");
	const struct ynode *element = yaml_get(n, "element"), *id = yaml_get(n, "id");
	double x = value && value->kind == Y_INT  ? (double)value->v.i
		: value && value->kind == Y_FLOAT ? value->v.f
						  : -1.0;
	double hours = hours_of(unit ? yaml_str(unit) : NULL);
	struct about about = *table;
	struct rule *r;

	if (!(x >= 0.0) || hours == 0.0) {
		loader_fail(l,
			value && !(x >= 0.0) ? &value->at
				: unit       ? &unit->at
					     : &n->at,
			"write {property: freshness, value: 24, unit: h, element: orders.updated}",
			"freshness is a number of days, hours, minutes or seconds");
		return;
	}
	if (!element) {
		loader_fail(l, &n->at, "write `element: orders.updated`",
			"freshness does not say which column of timestamps it is about");
		return;
	}
	if (find_element(l, element, &about) != 0)
		return;
	about.id = id ? yaml_str(id) : NULL;
	r = loader_rule(l, RULE_MEASURE, "freshness", &about, &n->at);
	r->measure = MEASURE_AGE;
	r->whole = true;
	r->limit = (struct limit){.op = OP_LE, .a = x * hours};
	r->expected = limit_text(l->arena, &r->limit, NULL, "age in hours");
}

void
load_sla(struct loader *l, const struct ynode *list, const struct about *table)
{
	struct ynode **items;
	size_t n = load_list(l, list, "a list of service levels", &items);

	for (size_t i = 0; i < n; i++) {
		const struct ynode *name =
			items[i]->kind == Y_MAP ? yaml_get(items[i], "property") : NULL;

		if (name && yaml_str(name) && strcasecmp(yaml_str(name), "freshness") == 0)
			load_freshness(l, items[i], table);
	}
}
