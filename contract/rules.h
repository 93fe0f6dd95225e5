/* SPDX-License-Identifier: Apache-2.0
 * What a contract is once it is loaded: columns and rules; private to the room.
 *
 *	load.c, property.c, quality.c,
 *	options.c, custom.c, sla.c     YAML -> rules, everything refused that is not checked
 *	pattern.c, values.c, when.c    regular expressions, sets of values, points in time
 *	check.c                        one rule over one block of one column
 *	run.c, seen.c                  rules over batches; which rows were seen before
 *	measure.c, sql.c               numbers about all values; queries over all rows
 *	refer.c, drift.c, others.c     values of other datasets; how far values are from theirs
 *	take.c                         a batch without its bad rows, and those rows
 *	conclude.c, result.c, diff.c   what is told in the end; what another contract changes
 *
 * A rule marks rows as bad, counts them, and compares the count with its limit. The few rules about
 * the table as such (present, type, extra, rows) have no rows to mark. */
#ifndef CONTRACT_RULES_H
#define CONTRACT_RULES_H

#include <regex.h>
#include "contract/contract.h"

enum rule_kind {
	RULE_PRESENT, /* the column is there */
	RULE_TYPE,    /* and has the type that was promised */
	RULE_EXTRA,   /* no other columns */
	RULE_NULLS,   /* bad: null */
	RULE_RANGE,   /* bad: outside lo..hi */
	RULE_LENGTH,  /* bad: fewer or more characters than lo..hi */
	RULE_VALID,   /* bad: not in the set, or not matching the pattern */
	RULE_MISSING, /* bad: in the set */
	RULE_UNIQUE, /* bad: the same values stood in an earlier row; rows with nulls are left out */
	RULE_ROWS,   /* the number is that of all rows */
	RULE_MEASURE,   /* the number is one about all values */
	RULE_ORDER,     /* bad: less than the row before */
	RULE_SQL,       /* the number is what a query gives */
	RULE_PAIR,      /* bad: two columns that do not compare as promised */
	RULE_MULTIPLE,  /* bad: no multiple of the step */
	RULE_REFERENCE, /* bad: not among the values of other columns; nulls are left out */
	RULE_COLUMNS,   /* the number is that of all columns */
	RULE_ORDERED,   /* the columns stand in the order of the contract */
	RULE_DRIFT,     /* the number is how far the values are from those of a reference */
};

/* Numbers about all values of a column; an age is in hours, of the newest. */
enum measure {
	MEASURE_MIN,
	MEASURE_MAX,
	MEASURE_SUM,
	MEASURE_MEAN,
	MEASURE_STDDEV, /* of a sample */
	MEASURE_QUANTILE,
	MEASURE_AGE
};

enum drift {
	DRIFT_PSI, /* population stability index */
	DRIFT_KS   /* greatest distance of the two distribution functions */
};

/* What the number of bad rows must be. Between leaves out both ends, as ODCS has it. */
enum op { OP_BE, OP_NOT_BE, OP_GT, OP_GE, OP_LT, OP_LE, OP_BETWEEN, OP_NOT_BETWEEN, OP_ANY };
struct limit {
	enum op op;
	double a, b;  /* b: for OP_BETWEEN, OP_NOT_BETWEEN */
	bool percent; /* of all rows */
};

/* Both ends included; f for float64 columns, i for integers, timestamps and lengths. */
struct bounds {
	double lo_f, hi_f;
	int64_t lo_i, hi_i;
};

/* A text as numbers that are compared at once; one that is longer differs behind them. */
enum { TEXT_KEY = 24 };
struct text_key {
	uint64_t w[3]; /* its first 24 bytes, zeros behind its end */
	uint64_t n;
};
struct text_slot {
	struct text_key key;
	uint32_t place; /* index + 1; 0: empty */
};

/* A fixed set of values of one type, in the contract's arena. */
struct values {
	enum mlf_type type;
	bool null; /* null is one of them */
	size_t n;
	int64_t *i;              /* sorted: MLF_I64, MLF_TIMESTAMP, MLF_BOOL (0, 1) */
	double *f;               /* sorted: MLF_F64 */
	struct mlf_str *s;       /* MLF_UTF8 */
	struct text_slot *slots; /* MLF_UTF8: open addressing */
	size_t mask;             /* number of slots - 1 */
	uint64_t factor;         /* of its hashes */
};

/* Columns of another dataset, or of the table itself. */
struct other {
	const char *dataset; /* NULL: the table itself */
	size_t index;        /* of contract->others; not for the table itself */
	const char **columns;
	size_t n;
	const char *shown; /* "customers.id" */
};

/* Shares of a distribution, in the contract itself: of numbers between edges, or of values. */
struct shares {
	const double *edges;         /* n - 1, ascending: x < edges[0] is in the first; or NULL */
	const struct values *values; /* or of these; what is none of them is in the last */
	const size_t *of_value;      /* the place of the i-th value, as values_place_* say it */
	const double *v;             /* n, from 0 to 1 */
	size_t n;
};

struct rule {
	enum rule_kind kind;
	const char *id;     /* as written, or NULL until loading ends */
	const char *name;   /* as results call it */
	const char *column; /* NULL: about the table */
	size_t *columns;    /* which of the contract's columns it looks at */
	size_t n_columns;
	enum on_fail on_fail;
	struct place at;
	const char *expected;
	double max_fail; /* maxFailPercent; negative: none */
	struct limit limit;
	struct bounds bounds;
	const char *pattern;         /* NULL: none */
	const struct values *values; /* NULL: none */
	enum measure measure;
	double q;         /* MEASURE_QUANTILE */
	bool strict;      /* RULE_ORDER: more, not just not less */
	const char *pair; /* RULE_PAIR: the comparison */
	const char *sql;  /* RULE_SQL: the query */
	bool whole;       /* about all rows together: none of them is to blame */
	double step;      /* RULE_MULTIPLE; step_i if it is a whole number, else that is 0 */
	int64_t step_i;
	const struct other *other; /* RULE_REFERENCE, RULE_DRIFT; or NULL */
	const enum mlf_type
		*types;     /* of its own columns, for those of the other; set when loading ends */
	const size_t *keys; /* other is the table itself: which of its columns */
	const char *from;   /* RULE_REFERENCE of several columns: as they are shown */
	const struct shares *shares; /* RULE_DRIFT without other */
	enum drift drift;
	int64_t min_rows; /* RULE_DRIFT: fewer values say nothing */
};

struct contract {
	const char *path, *id, *version;
	const char **others; /* datasets that rules look at, each once */
	size_t n_others;
	struct schema schema;
	struct rule *rules;
	size_t n_rules;
};

/* --- loading ------------------------------------------------------------------------------------- */

struct loader {
	struct arena *arena;
	struct errs *found;
	struct contract *contract;
	size_t cap;         /* of contract->rules, on the heap until loading ends */
	struct map columns; /* name -> index + 1 */
	int rootfd;         /* where the file is; -1: nowhere */
	const char *path;   /* of the file that is read, and the table in it: name, id or NULL */
	const char *table, *table_id;
	const struct ynode *object;
};

/* What rules of one column or table have in common. */
struct about {
	const char *column; /* NULL: the table */
	size_t index;       /* of the column */
	enum mlf_type type; /* of the column */
	enum on_fail on_fail;
	double max_fail;
	const char *id; /* of the rule, as written; or NULL */
};

/* Where the key's value stands; the key must be there. */
const struct place *value_place(const struct ynode *map, const char *key);
/* Reports MLC_CONTRACT_FILE at a place. help may be NULL. Returns -1. */
int loader_fail(struct loader *l, const struct place *at, const char *help, const char *fmt, ...)
	PRINTF(4, 5);
/* Refuses what ODCS knows and we do not check; a NULL pair is fine. Returns -1 if there was one. */
int loader_refuse(struct loader *l, const struct ypair *pair, const char *instead);
/* A new rule with defaults; valid until the next call. */
struct rule *loader_rule(struct loader *l, enum rule_kind kind, const char *name,
	const struct about *about, const struct place *at);
/* Where the key stands, or the map itself. */
const struct place *place_of(const struct ynode *map, const char *key);
/* Reads onFail, maxFailPercent (and strict, unless NULL) from customProperties; n may be NULL. */
void load_custom(struct loader *l, const struct ynode *n, struct about *about, bool *strict);
/* What a severity says about a failure. */
int read_severity(struct loader *l, const struct ynode *value, struct about *about);
/* Items of a list, or none after complaining; n may be NULL. */
size_t load_list(struct loader *l, const struct ynode *n, const char *what, struct ynode ***items);

void load_property(struct loader *l, const struct ynode *n, const struct about *table);
void
load_primary_key(struct loader *l, struct ynode *const *items, size_t n, const struct about *table);
void load_quality(struct loader *l, const struct ynode *list, const struct about *about);
/* refer.c: foreign keys of a property, or of the table (about->column is NULL). */
void load_relationships(struct loader *l, const struct ynode *list, const struct about *about);
/* others.c: the columns that a reference or several name. NULL after a report. */
const struct other *load_other(struct loader *l, const struct ynode *n);
/* The column of the contract that a name of it stands for. -1 after a report. */
int load_column(struct loader *l, const struct ynode *n, const char *name, size_t *out);
/* sla.c: service levels that are checked: the freshness of a column. */
void load_sla(struct loader *l, const struct ynode *list, const struct about *table);
/* drift_load.c: how far values may be from a reference. NULL after a report. */
struct rule *load_drift(struct loader *l, const struct ynode *rule, const struct ynode *args,
	const struct about *about, const char *name);
/* files.c: the file itself, or those of a folder in the order of their names; none after a report. */
char **contract_files(struct arena *a, int rootfd, const char *path, size_t *n, struct errs *found);
/* custom.c: a rule of engine mlflow-c; args is its implementation, a map with a `check`. */
void load_custom_check(struct loader *l, const struct ynode *n, const struct ynode *args,
	const struct about *about, const struct limit *limit);
/* True if the check's number is one of rows, which may be compared by a percentage. */
bool custom_counts_rows(const struct ynode *args);
bool is_operator(const char *key);
/* sql.c: a rule of type sql with the text of its query, or NULL. */
void load_sql(struct loader *l, const struct ynode *n, const char *text, const struct about *about,
	const struct limit *limit);
/* "null rows < 5 %"; for no bad rows at all: `none`, unless that is NULL. */
const char *
limit_text(struct arena *a, const struct limit *limit, const char *none, const char *what);
/* "a, b, null", as much of it as is worth showing. */
const char *list_text(struct arena *a, const struct ynode *list);
void load_options(struct loader *l, const struct ynode *options, const struct about *about);

/* Numbers may be compared with each other; timestamps only with timestamps. */
static inline bool
type_is_number(enum mlf_type type)
{
	return type == MLF_F64 || type == MLF_I64;
}
static inline bool
type_has_order(enum mlf_type type)
{
	return type_is_number(type) || type == MLF_TIMESTAMP;
}

/* --- parts --------------------------------------------------------------------------------------- */

/* Compiles a POSIX extended expression. What other dialects would read differently is an error. */
MUST_CHECK int pattern_compile(regex_t *re, const char *text, struct err *e);
/* The built-in pattern of a string format ("email"), or NULL. */
const char *pattern_of_format(const char *format);

/* The set of a list's values, as values of that type. NULL after reporting to the loader. */
struct values *values_load(struct loader *l, const struct ynode *list, enum mlf_type type);
bool values_have_i64(const struct values *v, int64_t x);
bool values_have_f64(const struct values *v, double x);
bool values_have_text(const struct values *v, const char *s, size_t n);
/* in[i] = the text from ends[i] to ends[i + 1] is one of them, for n texts. */
void values_mark_texts(
	const struct values *v, const char *bytes, const int32_t *ends, int n, uint8_t *in);
/* Where among the values it stands, or -1: sorted; of texts as they were written. */
int64_t values_place_i64(const struct values *v, int64_t x);
int64_t values_place_f64(const struct values *v, double x);
int64_t values_place_text(const struct values *v, const char *s, size_t n);

/* Microseconds since the epoch of 2025-01-15, 2025-01-15T03:00:00.5Z or ...+02:00. */
MUST_CHECK int when_parse(const char *text, int64_t *us);

/* --- running ------------------------------------------------------------------------------------- */

/* A set of row hashes. A row costs 16 bytes at a load between 3/8 and 3/4: 21 to 43 bytes, three
 * times that for the moment in which the table doubles; and 90 ns, half of them the kernel's for
 * fresh memory (a million different integers). Two different rows out of 10^9 collide with a
 * probability below 10^-20. */
struct seen {
	struct seen_hash {
		uint64_t lo, hi;
	} * slots; /* owned; {0, 0} = empty */
	size_t n, mask;
};
#define SEEN_BLOCK 1024
/* Adds n <= SEEN_BLOCK hashes; bad[i] tells if the i-th was there already. keep[i] == 0: leave out. */
void seen_add(struct seen *s, struct seen_hash *hashes, const uint8_t *keep, int n, uint8_t *bad);
bool seen_has(const struct seen *s, const struct seen_hash *hash);
void seen_fini(struct seen *s);

/* measure.c: what was seen of a column's values. */
struct measured {
	int64_t n;
	double sum, mean, squares, min, max;
	double *values; /* owned; MEASURE_QUANTILE */
	size_t cap;
};

/* refer.c: the keys that there are; of a table that refers to itself also the rows whose key has not
 * come yet. */
struct keys {
	struct seen seen;
	struct waiting {
		struct seen_hash hash;
		int64_t row; /* from 1 */
	} * waiting;         /* owned */
	size_t n, cap;
};

/* drift.c: the two distributions. */
struct values_seen {
	double *v; /* owned */
	size_t n, cap;
};
struct drifted {
	struct values_seen reference, now; /* numbers */
	struct map places;                 /* text of a category -> its place in counts + 1 */
	struct drift_count {
		int64_t reference, now;
	} * counts; /* owned; by category, edge or share */
	size_t n, cap;
	bool binned; /* numbers of the reference were made into edges */
	double *edges;
	size_t n_edges;
	int64_t n_reference, n_now;
};

/* The state of one rule. */
struct tally {
	int64_t bad;
	int64_t sample[CONTRACT_SAMPLES];
	int n_samples;
	bool skipped;    /* a column that it needs was missing or mistyped */
	char found[128]; /* "": to be made from the numbers */
	regex_t re;
	bool has_re;
	struct seen seen;
	struct measured measured;
	struct keys keys;
	struct drifted drifted;
	bool error;    /* it cannot be made: `found` says why */
	double before; /* RULE_ORDER: the last value; has_before: there was one */
	bool has_before;
	double value; /* RULE_MEASURE, in the end */
};

/* Rows from..from+n of columns, all of one length. */
#define BLOCK 1024
struct block {
	const struct column *const *columns;
	const uint8_t *taken; /* one a row of the batch, or NULL; not 0: no longer there */
	int64_t from;
	int n; /* at most BLOCK */
};
/* Sets bad[i] to 1 for each bad row of the block and to 0 for the others. */
void check_block(const struct rule *r, struct tally *t, const struct block *b, uint8_t *bad);

/* One hash a row, of the columns together: equal numbers have equal hashes, whatever their type.
 * keep[i] == 0: the row is gone, or has a null. */
void block_hashes(const struct block *b, size_t n_columns, struct seen_hash *rows, uint8_t *keep);
/* conclude.c: what the i-th rule found. */
void rule_conclude(const struct contract_run *r, size_t i, struct check_result *out);
/* True for rules about the table as such, whose `bad` is no number of rows. */
bool rule_has_no_rows(const struct rule *r);
/* sql.c: batches that are kept for the queries in the end. */
struct kept {
	struct kept_batch {
		struct frame *frame; /* counted */
		uint8_t *taken;      /* owned; NULL: no row left */
	} * v;
	size_t n, cap;
};
void kept_add(struct kept *k, const struct frame *batch, const uint8_t *taken);
void kept_fini(struct kept *k);
/* NaN if the query gives nothing; -1 and a message if it could not be run. */
int
sql_result(const struct rule *r, const struct kept *kept, double *out, char message[static 128]);

/* measure.c */
void
measure_rows(const struct rule *r, struct tally *t, const struct column *c, const uint8_t *taken);
double measure_result(const struct rule *r, struct tally *t, int64_t now_us);
/* refer.c: what is bad about a block; the keys of a batch; and rows that still wait for one. */
void refer_block(const struct tally *t, const struct block *b, size_t n_columns, uint8_t *bad);
struct refer_batch {
	const struct column *const *keys, *const *columns;
	const uint8_t *taken;
	int64_t first, rows;
};
void refer_self(const struct refer_batch *batch, const struct rule *rule, struct tally *t);
void refer_keys(const struct rule *rule, struct tally *t, const struct frame *batch);
void refer_end(struct tally *t);
void refer_fini(struct keys *k);
/* drift.c: values of the reference, and of the dataset; the number in the end, or why there is none. */
void drift_reference(const struct rule *rule, struct tally *t, const struct frame *batch);
void
drift_rows(const struct rule *rule, struct tally *t, const struct column *c, const uint8_t *taken);
void drift_result(const struct rule *rule, struct tally *t);
void drift_fini(struct drifted *d);
bool limit_holds_value(const struct limit *l, double x); /* NaN: never */
bool limit_holds(const struct limit *l, int64_t count, int64_t rows);

/* cast.c: a column of numbers that are all whole as integers; values is owned and kept for the next
 * batch. False if one of them is not, and *row tells which, from 0. */
struct cast {
	struct column column;
	int64_t *values;
	size_t cap;
};
bool cast_whole(struct cast *c, const struct column *from, int64_t *row);

/* A row of the batch that breaks a rule which quarantines. */
struct hit {
	int64_t row; /* from 0, of the batch */
	size_t rule;
};
struct contract_run {
	const struct contract *contract;
	struct tally *tallies; /* one a rule */
	struct slot *slots;    /* one a column; run.c */
	int64_t rows;          /* that were shown */
	int64_t first;         /* of them, before the last batch */
	int64_t dropped, quarantined;
	int64_t now_us; /* what ages are counted to */
	bool began;     /* a batch was seen */
	uint8_t *taken; /* owned; of the last batch: 0 or the on_fail that took the row */
	size_t cap_taken;
	struct kept kept;             /* with a rule of type sql */
	const char *dataset, *run_id; /* borrowed; for the result */
	bool *others_read;            /* owned; by other: its batches were shown, or why not */
	struct hit *hits;             /* owned; of the last batch, rule by rule */
	size_t n_hits, cap_hits;
};

#endif
