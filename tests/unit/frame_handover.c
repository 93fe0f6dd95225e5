/* SPDX-License-Identifier: Apache-2.0
 * Hand-over: through a real fork, in the writer's own pages; and descriptors that lie. */
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "tests/unit/frame_kit.h"

LEAK_SUITE(handover);

static struct str
encode(struct mlf_frame *f)
{
	struct str out = {0};
	struct jw w;

	jw_init(&w, &out);
	frame_encode(frame_of(f), &w);
	return out;
}

static struct frame *
decode(struct segs *s, const struct str *text)
{
	struct frame *f = NULL;
	struct err e = {0};

	cr_assert(frame_decode(s, text->s, text->len, &f, &e) == 0, "%s", e.msg);
	return f;
}

/* A read-only descriptor of the same memory. */
static int
reopen(int fd)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return open(path, O_RDONLY | O_CLOEXEC);
}

/* Attaches all that `from` wrote, read-only, to a segs of its own. */
static struct segs *
reader_of(struct segs *from)
{
	struct segs *s = segs_new(SEGS_SHARED, 1000);
	struct seg_info info;

	for (size_t i = 0; i < segs_fresh(from, i, &info); i++)
		segs_attach(s, info.id, reopen(info.fd));
	return s;
}

static void
check_handover(struct kit *k, struct mlf_frame *f)
{
	struct segs *s = reader_of(k->segs);
	struct str text = encode(f);
	struct frame *g = decode(s, &text);

	cr_expect(frame_equal(frame_of(f), g));
	expect_null_counts(g);
	frame_unref(g);
	str_fini(&text);
	segs_free(s);
}

Test(handover, gives_an_equal_frame)
{
	struct kit k = kit_open(SEGS_SHARED);
	struct mlf_frame *f = make_rows(k.sc, 0, 20000);

	check_handover(&k, f);
	check_handover(&k, make_rows(k.sc, 0, 1));
	check_handover(&k, make_rows(k.sc, 0, 0));
	check_handover(&k, scope_nothing(k.sc, 5));
	check_handover(&k, mlf_slice(f, 0, 0));
	for (int64_t i = 1; i < 12; i++)
		check_handover(&k, mlf_slice(f, i, 3 * i));
	kit_close(&k);
}

Test(handover, grafted_columns_stay_in_their_segments)
{
	struct kit k = kit_open(SEGS_SHARED);
	struct mlf_frame *f = make_rows(k.sc, 0, 2000);
	struct mlf_builder *b = scope_builder(k.sc);
	struct str text;

	mlf_new_f64(b, "new", 2000)[7] = 7;
	mlf_graft(b, f, "text", "label");
	f = mlf_finish(b);
	check_handover(&k, f);
	text = encode(f);
	cr_expect(strstr(text.s, "\"segs\":[2,1]"), "%s", text.s);
	str_fini(&text);
	kit_close(&k);
}

Test(handover, goes_on_from_reader_to_reader)
{
	struct kit k = kit_open(SEGS_SHARED);
	struct mlf_frame *f = make_rows(k.sc, 0, 2000);
	struct str first = encode(f), second;
	struct segs *s = reader_of(k.segs);
	struct scope *sc = scope_new(s);
	struct frame *g = decode(s, &first);

	second = encode(mlf_slice(scope_lend(sc, g), 11, 1000));
	frame_unref(g);
	g = decode(s, &second);
	expect_rows(scope_lend(sc, g), 11, 1000);
	frame_unref(g);
	scope_free(sc);
	segs_free(s);
	str_fini(&first);
	str_fini(&second);
	kit_close(&k);
}

Test(handover, private_memory_cannot_travel)
{
	struct kit k = kit_open(SEGS_PRIVATE);
	struct str text = encode(make_rows(k.sc, 0, 10));

	cr_expect_str_eq(text.s, "null");
	str_fini(&text);
	kit_close(&k);
}

Test(handover, names_are_any_text)
{
	struct kit k = kit_open(SEGS_SHARED);
	struct mlf_builder *b = scope_builder(k.sc);

	mlf_new_f64(b, "", 1);
	mlf_new_f64(b, "a \"quoted\"\n\ttab, \xc3\xa4 \xe2\x82\xac", 1);
	check_handover(&k, mlf_finish(b));
	kit_close(&k);
}

/* --- between processes --------------------------------------------------------------------------- */

static void
send_segment(int sock, const struct seg_info *info, int fd, const struct str *text)
{
	union {
		struct cmsghdr head;
		char room[CMSG_SPACE(sizeof(int))];
	} control = {0};
	struct iovec io[2] = {{(void *)&info->id, sizeof(info->id)}, {text->s, text->len}};
	struct msghdr msg = {.msg_iov = io,
		.msg_iovlen = 2,
		.msg_control = &control,
		.msg_controllen = sizeof(control)};
	struct cmsghdr *c = CMSG_FIRSTHDR(&msg);

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(c), &fd, sizeof(fd));
	cr_assert(sendmsg(sock, &msg, 0) > 0);
}

/* Receives one; returns the descriptor. */
static int
receive_segment(int sock, uint64_t *id, char *text, size_t size)
{
	char control[CMSG_SPACE(sizeof(int))];
	struct iovec io[2] = {{id, sizeof(*id)}, {text, size - 1}};
	struct msghdr msg = {.msg_iov = io,
		.msg_iovlen = 2,
		.msg_control = control,
		.msg_controllen = sizeof(control)};
	ssize_t n = recvmsg(sock, &msg, 0);
	int fd = -1;

	if (n <= (ssize_t)sizeof(*id) || !CMSG_FIRSTHDR(&msg))
		return -1;
	text[n - (ssize_t)sizeof(*id)] = '\0';
	memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&msg)), sizeof(fd));
	return fd;
}

/* True if /proc/self/maps has that address in a shared, read-only mapping of that file. */
static bool
is_mapping_of(const void *p, const struct stat *st)
{
	FILE *maps = fopen("/proc/self/maps", "re");
	unsigned long long from, to, off, inode;
	char line[512], mode[8];
	bool found = false;

	while (maps && fgets(line, sizeof(line), maps)) {
		if (sscanf(line, "%llx-%llx %7s %llx %*x:%*x %llu", &from, &to, mode, &off,
			    &inode) != 5)
			continue;
		if ((uintptr_t)p >= from && (uintptr_t)p < to)
			found = inode == st->st_ino && strcmp(mode, "r--s") == 0;
	}
	if (maps)
		fclose(maps);
	return found;
}

/* The reader's process: an exit code for each thing that can be wrong. */
static int
read_in_child(int sock)
{
	struct segs *s = segs_new(SEGS_SHARED, 1000);
	struct err e = {0};
	struct frame *f;
	const struct column *c;
	struct stat st;
	char text[4096], go;
	uint64_t id;
	int fd = receive_segment(sock, &id, text, sizeof(text));

	if (fd < 0 || fstat(fd, &st) < 0)
		return 1;
	segs_attach(s, id, fd);
	if (frame_decode(s, text, strlen(text), &f, &e) < 0)
		return 2;
	c = frame_column(f, frame_find(f, "id"));
	if (c->n != 10000 || ((const int64_t *)c->data)[9999] != 29997)
		return 3;
	if (!is_mapping_of(c->data, &st))
		return 4;
	if (write(sock, "r", 1) != 1 || read(sock, &go, 1) != 1)
		return 5;
	/* The writer has changed this value in the meantime, against all rules. */
	if (((const int64_t *)c->data)[9999] != -1)
		return 6;
	if (mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) != MAP_FAILED)
		return 7;
	if (pwrite(fd, "x", 1, 0) >= 0)
		return 8;
	if (mprotect((void *)(uintptr_t)c->data, 4096, PROT_READ | PROT_WRITE) == 0)
		return 9;
	frame_unref(f);
	segs_free(s);
	return 0;
}

Test(handover, a_forked_reader_maps_the_writers_pages_and_cannot_write_them)
{
	struct kit k = kit_open(SEGS_SHARED);
	int pair[2], status, fd;
	struct mlf_frame *f;
	struct seg_info info;
	struct str text;
	pid_t pid;
	char go;

	cr_assert(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == 0);
	pid = fork(); /* before the frame exists: the child inherits nothing of it */
	cr_assert(pid >= 0);
	if (pid == 0)
		_exit(read_in_child(pair[1]));
	close(pair[1]);
	f = make_rows(k.sc, 0, 10000);
	text = encode(f);
	cr_assert(segs_fresh(k.segs, 0, &info) == 1);
	fd = reopen(info.fd);
	send_segment(pair[0], &info, fd, &text);
	close(fd);
	if (read(pair[0], &go, 1) == 1) {
		((int64_t *)(uintptr_t)mlf_i64(f, "id").v)[9999] = -1;
		cr_expect(write(pair[0], "g", 1) == 1);
	}
	cr_assert(waitpid(pid, &status, 0) == pid);
	cr_expect(WIFEXITED(status) && WEXITSTATUS(status) == 0, "reader: status %x", status);
	close(pair[0]);
	str_fini(&text);
	kit_close(&k);
}

Test(handover, of_much_data_takes_no_memory_and_no_time)
{
	struct kit k = kit_open(SEGS_SHARED);
	struct mlf_builder *b = scope_builder(k.sc);
	int64_t n = 13000000, before, took;
	double *v = mlf_new_f64(b, "x", n);
	struct seg_info info;
	struct segs *s;
	struct str text;
	struct frame *f;

	v[0] = 1;
	v[n - 1] = 2;
	text = encode(mlf_finish(b));
	s = reader_of(k.segs);
	before = clock_mono_us();
	f = decode(s, &text);
	v = (double *)(uintptr_t)frame_column(f, 0)->data;
	cr_expect(v[0] == 1 && v[n - 1] == 2);
	took = clock_mono_us() - before;
	cr_expect(took < 10000, "%lld us", (long long)took);
	segs_fresh(k.segs, 0, &info);
	cr_expect(info.bytes < 1000000, "only touched pages exist: %llu",
		(unsigned long long)info.bytes);
	frame_unref(f);
	segs_free(s);
	str_fini(&text);
	kit_close(&k);
}

/* --- descriptors that lie ------------------------------------------------------------------------ */

/* Segment 1: a page of zeros but for the int32 offsets 0, 3, 9, -1 at 64. */
static struct segs *
target(void)
{
	static const int32_t ends[] = {0, 3, 9, -1};
	struct segs *s = segs_new(SEGS_SHARED, 1000);
	int fd = memfd_create("target", MFD_CLOEXEC);

	cr_assert(ftruncate(fd, 4096) == 0);
	cr_assert(pwrite(fd, ends, sizeof(ends), 64) == sizeof(ends));
	segs_attach(s, 1, fd);
	return s;
}

#define COLUMN(rest) "{\"rows\":2,\"columns\":[{\"name\":\"a\"," rest "}],\"segs\":[1]}"

static const char *const honest[] = {
	"{\"rows\":0,\"columns\":[]}",
	"{\"columns\":[],\"rows\":7,\"more\":{\"x\":[1]}}",
	COLUMN("\"type\":\"int64\",\"data\":[1,0,16]"),
	COLUMN("\"type\":\"int64\",\"data\":[1,4080,16]"),
	COLUMN("\"type\":\"int64\",\"off\":1,\"data\":[1,8,24]"),
	COLUMN("\"type\":\"bool\",\"data\":[1,0,1],\"valid\":[1,8,1],\"nulls\":2"),
	COLUMN("\"type\":\"utf8\",\"data\":[1,64,12],\"bytes\":[1,0,9]"),
	COLUMN("\"type\":\"utf8\",\"data\":[1,0,12]"),
};

static const struct lie {
	const char *text, *message;
} lies[] = {
	{"", "table handed over"},
	{"null", "table handed over"},
	{"[]", "table handed over"},
	{"{", "table handed over"},
	{"{}", "-1 rows"},
	{"{\"rows\":0} {}", "table handed over"},
	{"{\"rows\":1.5}", "table handed over"},
	{"{\"rows\":-1,\"columns\":[]}", "-1 rows"},
	{"{\"rows\":137438953473,\"columns\":[]}", "137438953473 rows"},
	{"{\"rows\":9223372036854775807,\"columns\":[]}", "rows"},
	{"{\"rows\":99999999999999999999,\"columns\":[]}", "table handed over"},
	{"{\"rows\":1,\"columns\":{}}", "table handed over"},
	{"{\"rows\":1,\"columns\":[7]}", "table handed over"},
	{"{\"rows\":1,\"columns\":[{}]}", "no name or no known type"},
	{"{\"rows\":1,\"columns\":[{\"type\":\"bool\",\"name\":null}]}",
		"no name or no known type"},
	{"{\"rows\":1,\"columns\":[{\"type\":\"bool\",\"name\":\"a\\u0000b\"}]}", "handed over"},
	{"{\"rows\":0,\"columns\":[{\"name\":\"a\",\"type\":\"bool\"},"
	 "{\"name\":\"a\",\"type\":\"bool\"}]}",
		"has a column twice"},
	{COLUMN("\"type\":\"double\",\"data\":[1,0,16]"), "no name or no known type"},
	{COLUMN("\"type\":null,\"data\":[1,0,16]"), "no name or no known type"},
	{COLUMN("\"type\":\"int64\""), "its data needs 16 bytes and has 0"},
	{COLUMN("\"type\":\"int64\",\"data\":null"), "table handed over"},
	{COLUMN("\"type\":\"int64\",\"data\":7"), "table handed over"},
	{COLUMN("\"type\":\"int64\",\"data\":[]"), "its data needs 16 bytes and has -1"},
	{COLUMN("\"type\":\"int64\",\"data\":[1,0]"), "needs 16 bytes"},
	{COLUMN("\"type\":\"int64\",\"data\":[1,0,16,16]"), "needs 16 bytes"},
	{COLUMN("\"type\":\"int64\",\"data\":[1,\"0\",16]"), "table handed over"},
	{COLUMN("\"type\":\"int64\",\"data\":[1,0,15]"), "needs 16 bytes and has 15"},
	{COLUMN("\"type\":\"int64\",\"data\":[2,0,16]"), "segment 2 is unknown"},
	{COLUMN("\"type\":\"int64\",\"data\":[-1,0,16]"), "segment -1 is unknown"},
	{COLUMN("\"type\":\"int64\",\"data\":[1,4,16]"), "16 bytes at 4"},
	{COLUMN("\"type\":\"int64\",\"data\":[1,-8,16]"), "16 bytes at -8"},
	{COLUMN("\"type\":\"int64\",\"data\":[1,0,-16]"), "has -16"},
	{COLUMN("\"type\":\"int64\",\"data\":[1,4088,16]"), "16 bytes at 4088 are not in"},
	{COLUMN("\"type\":\"int64\",\"data\":[1,4096,16]"), "are not in segment 1"},
	{COLUMN("\"type\":\"int64\",\"data\":[1,0,4097]"), "are not in segment 1"},
	{COLUMN("\"type\":\"int64\",\"data\":[1,0,9223372036854775807]"), "are not in segment 1"},
	{COLUMN("\"type\":\"int64\",\"data\":[1,9223372036854775800,16]"), "are not in segment"},
	{COLUMN("\"type\":\"int64\",\"data\":[1,1099511627776,16]"), "are not in segment 1"},
	{COLUMN("\"type\":\"int64\",\"off\":-1,\"data\":[1,0,16]"), "begins at row -1"},
	{COLUMN("\"type\":\"int64\",\"off\":1,\"data\":[1,0,16]"), "needs 24 bytes and has 16"},
	{COLUMN("\"type\":\"int64\",\"off\":9223372036854775807,\"data\":[1,0,16]"), "begins at"},
	{COLUMN("\"type\":\"int64\",\"off\":137438953471,\"data\":[1,0,16]"), "begins at row"},
	{COLUMN("\"type\":\"int64\",\"nulls\":-1,\"data\":[1,0,16]"), "-1 nulls in 2 rows"},
	{COLUMN("\"type\":\"int64\",\"nulls\":3,\"data\":[1,0,16]"), "3 nulls in 2 rows"},
	{COLUMN("\"type\":\"int64\",\"nulls\":1,\"data\":[1,0,16]"), "its valid needs 1 bytes"},
	{COLUMN("\"type\":\"bool\",\"nulls\":1,\"off\":7,\"data\":[1,0,2],\"valid\":[1,0,1]"),
		"its valid needs 2 bytes and has 1"},
	{COLUMN("\"type\":\"utf8\",\"data\":[1,64,8],\"bytes\":[1,0,9]"), "needs 12 bytes"},
	{COLUMN("\"type\":\"utf8\",\"data\":[1,64,12],\"bytes\":[1,0,8]"),
		"its text runs from 0 to 9 of 8 bytes"},
	{COLUMN("\"type\":\"utf8\",\"data\":[1,64,12]"), "its text runs from 0 to 9 of 0 bytes"},
	{COLUMN("\"type\":\"utf8\",\"off\":1,\"data\":[1,64,16],\"bytes\":[1,0,9]"),
		"its text runs from 3 to -1 of 9 bytes"},
	{COLUMN("\"type\":\"utf8\",\"data\":[1,72,12],\"bytes\":[1,0,9]"), "runs from 9 to 0"},
	{COLUMN("\"type\":\"utf8\",\"data\":[1,64,12],\"bytes\":[1,0,-9]"), "-9 bytes at 0"},
	{COLUMN("\"type\":\"utf8\",\"data\":[1,64,12],\"bytes\":[3,0,9]"), "segment 3 is unknown"},
};

Test(handover, honest_descriptors_are_taken)
{
	struct segs *s = target();

	for (size_t i = 0; i < sizeof(honest) / sizeof(honest[0]); i++) {
		struct str text = {(char *)(uintptr_t)honest[i], strlen(honest[i]), 0};
		struct frame *f = decode(s, &text);

		expect_null_counts(f);
		frame_unref(f);
	}
	segs_free(s);
}

Test(handover, descriptors_that_lie_are_errors)
{
	struct segs *s = target();

	for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		struct frame *f = NULL;
		struct err e = {0};

		cr_expect(frame_decode(s, lies[i].text, strlen(lies[i].text), &f, &e) == -1, "%s",
			lies[i].text);
		cr_expect(!f && e.code && strstr(e.msg, lies[i].message), "%s\n%s", lies[i].text,
			e.msg);
		cr_expect(frame_decode(s, lies[i].text, strlen(lies[i].text), &f, NULL) == -1);
	}
	segs_free(s);
}

Test(handover, a_cut_descriptor_is_an_error_at_every_byte)
{
	struct kit k = kit_open(SEGS_SHARED);
	struct str text = encode(make_rows(k.sc, 0, 30));

	for (size_t len = 0; len < text.len; len++) {
		struct frame *f = NULL;
		struct err e = {0};

		cr_expect(frame_decode(k.segs, text.s, len, &f, &e) == -1 && !f);
	}
	str_fini(&text);
	kit_close(&k);
}

Test(handover, a_wrong_count_of_nulls_is_not_believed)
{
	static const char text[] =
		COLUMN("\"type\":\"bool\",\"data\":[1,0,1],\"valid\":[1,68,1],\"nulls\":1");
	struct segs *s = target();
	struct str t = {(char *)(uintptr_t)text, sizeof(text) - 1, 0};
	struct frame *f = NULL;
	struct err e = {0};

	/* 68 is no multiple of 8; at 72 stands 9: the second of two rows is null, the first not */
	cr_expect(frame_decode(s, text, sizeof(text) - 1, &f, &e) == -1);
	t.s = strdup(text);
	memcpy(strstr(t.s, "68"), "72", 2);
	memcpy(strstr(t.s, "\"nulls\":1"), "\"nulls\":2", 9);
	f = decode(s, &t);
	cr_expect(frame_column(f, 0)->nulls == 1);
	frame_unref(f);
	free(t.s);
	segs_free(s);
}

/* Found by fuzzing: the empty column's stand-in for offsets was read from row 6 on. */
Test(handover, no_rows_begin_nowhere)
{
	static const char text[] =
		"{\"rows\":0,\"columns\":[{\"name\":\"t\",\"type\":\"utf8\",\"off\":6,"
		"\"data\":[1,0,52]}],\"segs\":[1]}";
	struct segs *s = target();
	struct str t = {(char *)(uintptr_t)text, sizeof(text) - 1, 0};
	struct frame *f = decode(s, &t);
	const struct column *c = frame_column(f, 0);

	cr_expect(c->off == 0 && ((const int32_t *)c->data)[c->off] == 0);
	frame_unref(f);
	segs_free(s);
}
