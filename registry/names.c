/* SPDX-License-Identifier: Apache-2.0
 * What a run is called: its id, its name and its folder runs/<experiment>/<name>.
 *
 * Names that we draw are for people to say on the phone: an adjective and an animal, never used
 * before. Making the folder is what settles a race for a name. */
#include "registry/store.h"

#include <errno.h>
#include <sys/stat.h>

#define NAME_TRIES 1000

#define PLAIN_TRIES 8 /* 4,096 pairs: when this many were taken, a number is added */

static const char adjectives[][8] = {"able", "agile", "airy", "amber", "ample", "apt", "azure",
	"bold", "brave", "breezy", "bright", "brisk", "calm", "candid", "clear", "clever", "coral",
	"cosy", "crisp", "curious", "deft", "early", "eager", "earnest", "fair", "fleet", "fond",
	"frank", "fresh", "gentle", "glad", "golden", "grand", "happy", "hardy", "honest", "jolly",
	"keen", "kind", "lively", "loyal", "lucid", "mellow", "merry", "mild", "modest", "neat",
	"nimble", "noble", "patient", "placid", "polite", "proud", "quick", "quiet", "ready",
	"serene", "sharp", "silver", "smooth", "steady", "sunny", "swift", "tall"};

static const char animals[][8] = {"alpaca", "badger", "beaver", "bison", "bobcat", "camel",
	"caribou", "cheetah", "condor", "cougar", "crane", "curlew", "dingo", "dolphin", "dove",
	"eagle", "egret", "elk", "falcon", "ferret", "finch", "fox", "gazelle", "gecko", "gibbon",
	"grouse", "gull", "hare", "hawk", "heron", "ibex", "ibis", "jackal", "jaguar", "kestrel",
	"kiwi", "koala", "lark", "lemur", "lion", "llama", "lynx", "magpie", "marmot", "marten",
	"moose", "newt", "ocelot", "osprey", "otter", "owl", "panda", "penguin", "plover", "puffin",
	"puma", "quail", "raven", "robin", "seal", "stork", "tapir", "tiger", "wren"};

#define COUNT(list) (sizeof(list) / sizeof(list)[0])

static void
draw(struct clock *c, int attempt, char *out, size_t cap)
{
	uint64_t r = clock_random(c);
	const char *adjective = adjectives[r % COUNT(adjectives)];
	const char *animal = animals[(r >> 16) % COUNT(animals)];

	if (attempt < PLAIN_TRIES)
		(void)snprintf(out, cap, "%s-%s", adjective, animal);
	else
		(void)snprintf(
			out, cap, "%s-%s-%u", adjective, animal, (unsigned)(r >> 32) % 9000 + 1000);
}

static const char SQL_ID_TAKEN[] = "SELECT 1 FROM runs WHERE run_uuid = ?";

/* With a fixed clock and seed every process draws the same ids: the first free one is taken. */
static int
choose_id(struct store *s, struct run_id *out, struct err *e)
{
	int64_t found;
	int rc;

	do {
		clock_uuid7(s->clock, out->id);
		rc = db_get_i64(s->db, &found, e, SQL_ID_TAKEN, "s", out->id);
	} while (rc == 1);
	return rc;
}

static int
cannot_make(const char *path, struct err *e)
{
	return err_errno(e, MLC_DISK, "cannot make the folder `%s`", path);
}

/* Makes runs/<experiment>/<leaf> with artifacts/ and logs/ in it: 1 made, 0 there is one already, -1
 * error. out->folder is left empty unless it was made. */
static int
claim_folder(const struct store *s, struct run_id *out, const char *leaf, struct err *e)
{
	char path[sizeof out->folder + 16];
	int n = snprintf(path, sizeof path, "runs/%s/%s", s->experiment, leaf);

	if (n < 0 || (size_t)n >= sizeof out->folder)
		return err_set(e, MLC_NAME, "the names of experiment and run are too long");
	if (file_mkdirs(s->rootfd, path, false, e) < 0)
		return -1;
	if (mkdirat(s->rootfd, path, 0777) < 0)
		return errno == EEXIST ? 0 : cannot_make(path, e);
	memcpy(out->folder, path, (size_t)n + 1);
	memcpy(path + n, "/artifacts", sizeof "/artifacts");
	if (mkdirat(s->rootfd, path, 0777) < 0)
		return cannot_make(path, e);
	memcpy(path + n, "/logs", sizeof "/logs");
	return mkdirat(s->rootfd, path, 0777) < 0 ? cannot_make(path, e) : 1;
}

/* A name the user chose may repeat; then the folder is called by the id. */
int
name__take(const struct store *s, const char *name, struct run_id *out, struct err *e)
{
	int rc;

	(void)snprintf(out->name, sizeof out->name, "%s", name);
	rc = claim_folder(s, out, out->name, e);
	if (rc == 0)
		rc = claim_folder(s, out, out->id, e);
	if (rc == 0)
		rc = err_set(e, MLC_DISK, "a folder for run %s exists already", out->id);
	return rc < 0 ? -1 : 0;
}

static const char SQL_NAME_TAKEN[] = "SELECT 1 FROM mlc_runs WHERE name = ? LIMIT 1";

/* 1 a fresh name with its folder, 0 it was taken, -1 error. */
static int
try_drawn(struct store *s, int attempt, struct run_id *out, struct err *e)
{
	int64_t found;
	int rc;

	draw(s->clock, attempt, out->name, sizeof out->name);
	rc = db_get_i64(s->db, &found, e, SQL_NAME_TAKEN, "s", out->name);
	if (rc != 0)
		return rc < 0 ? -1 : 0;
	return claim_folder(s, out, out->name, e);
}

int
name__choose(struct store *s, const char *given, struct run_id *out, struct err *e)
{
	int rc = choose_id(s, out, e);

	if (rc < 0)
		return -1;
	if (given)
		return name__take(s, given, out, e);
	for (int i = 0; rc == 0 && i < NAME_TRIES; i++)
		rc = try_drawn(s, i, out, e);
	if (rc == 0)
		rc = name__take(s, out->id, out, e);
	return rc < 0 ? -1 : 0;
}
