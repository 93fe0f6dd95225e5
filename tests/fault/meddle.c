/* SPDX-License-Identifier: Apache-2.0
 * meddle: runs a command and meddles with the n-th of its system calls, counted over all of its
 * processes. The driver of the fault suite.
 *
 *	meddle [-o LOG] [-s STATUS] [-c CALLS] [-w WHO] [-n N|+N] [-a ACTION] COMMAND...
 *
 *	-c CALLS   names with commas, or `changes` (the default): those that change a file or folder
 *	-w WHO     main (the command's own process), others, or all (default)
 *	-n N       the number of the call, from 1; +N: that one and each N-th; 0, the default: none
 *	-a ACTION  kill   the main process is killed before the call
 *	           tear   a write does half of its work, then the main process is killed
 *	           stab   the process that calls is killed before it does
 *	           short  a read or write is asked for half
 *	           look   nothing is done to it; for the list in STATUS
 *	           EIO, ENOSPC, ...: the call is not made and fails with that error
 *	-s STATUS  afterwards: `calls N`, how many were counted, and `hit WHO CALL PATH` for each
 *	-o LOG     every call on a file below the working folder, with its bytes; see record()
 *
 * Ends as the command does; killed by signal S it ends with 128+S. A seccomp filter stops only what
 * is asked for, so the rest runs at full speed. Linux on x86-64. */
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/openat2.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CALLS_MAX = 64, TRACEES_MAX = 512 };

/* Where a call has its paths: a descriptor, or a folder's descriptor and a name. */
enum shape { FD, AT, AT_AT, PATH, PATH_PATH, NONE };

struct call {
	const char *name;
	long number;
	enum shape shape;
	bool changes; /* a file or folder, wherever it is asked to */
	int count;    /* the argument that says how many bytes, or 0 */
};

#define C(name, ...)                           \
	{                                      \
#name, SYS_##name, __VA_ARGS__ \
	}
static const struct call calls[] = {
	C(write, FD, true, 2),
	C(pwrite64, FD, true, 2),
	C(writev, FD, true, 0),
	C(pwritev, FD, true, 0),
	C(ftruncate, FD, true, 0),
	C(fallocate, FD, true, 0),
	C(fsync, FD, true, 0),
	C(fdatasync, FD, true, 0),
	C(fchmod, FD, true, 0),
	C(fchown, FD, true, 0),
	C(sendfile, FD, true, 3),
	C(copy_file_range, NONE, true, 4),
	C(open, PATH, true, 0),
	C(openat, AT, true, 0),
	C(openat2, AT, true, 0),
	C(mkdir, PATH, true, 0),
	C(mkdirat, AT, true, 0),
	C(rename, PATH_PATH, true, 0),
	C(renameat, AT_AT, true, 0),
	C(renameat2, AT_AT, true, 0),
	C(unlink, PATH, true, 0),
	C(unlinkat, AT, true, 0),
	C(rmdir, PATH, true, 0),
	C(linkat, AT_AT, true, 0),
	C(symlinkat, NONE, true, 0),
	C(read, FD, false, 2),
	C(pread64, FD, false, 2),
	C(close, FD, false, 0),
	C(lseek, FD, false, 0),
	C(fstat, FD, false, 0),
	C(newfstatat, AT, false, 0),
	C(getdents64, FD, false, 0),
	C(fcntl, FD, false, 0),
	C(mmap, NONE, false, 0),
	C(memfd_create, NONE, false, 0),
	C(clone, NONE, false, 0),
	C(socketpair, NONE, false, 0),
	C(pipe2, NONE, false, 0),
	C(sendmsg, FD, false, 0),
	C(recvmsg, FD, false, 0),
	C(epoll_create1, NONE, false, 0),
	C(epoll_ctl, FD, false, 0),
	C(eventfd2, NONE, false, 0),
};
#undef C
enum { N_CALLS = sizeof(calls) / sizeof(*calls) };

static const struct {
	const char *name;
	int number;
} errors[] = {{"EIO", EIO}, {"ENOSPC", ENOSPC}, {"EDQUOT", EDQUOT}, {"EROFS", EROFS},
	{"EINTR", EINTR}, {"EMFILE", EMFILE}, {"ENOMEM", ENOMEM}, {"EACCES", EACCES}};

struct tracee {
	pid_t pid;
	const struct call *inside; /* a call whose end we want to see; or NULL */
	bool tear;
	bool created;               /* the file of an open was not there before */
	long long at;               /* where in its file a write goes */
	size_t n;                   /* bytes of a write */
	char *bytes;                /* owned; of a write */
	char path[4096], to[4096];  /* of the call, resolved */
	struct user_regs_struct in; /* as it was called */
};

struct meddler {
	bool chosen[N_CALLS];
	bool changes; /* only calls that change something are counted */
	const char *who, *action;
	int error;         /* of the action, or 0 */
	long first, every; /* which call is hit */
	long seen;         /* so many were counted */
	pid_t main;
	int ended; /* status of main, once it is known */
	char cwd[4096];
	FILE *log, *status; /* or NULL */
	struct tracee *tracees;
	size_t n;
};

static void
die(const char *what)
{
	fprintf(stderr, "meddle: %s: %s\n", what, strerror(errno));
	exit(125);
}

/* ---- what a call is about */

static unsigned long long
arg(const struct user_regs_struct *r, int i)
{
	const unsigned long long all[] = {r->rdi, r->rsi, r->rdx, r->r10, r->r8, r->r9};
	return all[i];
}

static bool
peek(pid_t pid, unsigned long long from, void *to, size_t n)
{
	struct iovec here = {to, n}, there = {(void *)from, n};
	return n == 0 || process_vm_readv(pid, &here, 1, &there, 1, 0) == (ssize_t)n;
}

static void
peek_string(pid_t pid, unsigned long long from, char *to, size_t cap)
{
	size_t n = 0;
	while (n + 1 < cap && peek(pid, from + n, to + n, 1) && to[n])
		n++;
	to[n] = 0;
}

/* The path behind a descriptor of the process, or of its working folder. */
static void
path_of_fd(pid_t pid, int fd, char *to, size_t cap)
{
	char link[64];
	if (fd == AT_FDCWD)
		(void)snprintf(link, sizeof(link), "/proc/%d/cwd", (int)pid);
	else
		(void)snprintf(link, sizeof(link), "/proc/%d/fd/%d", (int)pid, fd);
	ssize_t n = readlink(link, to, cap - 1);
	to[n > 0 ? n : 0] = 0;
}

static void
path_at(pid_t pid, int fd, unsigned long long name, char *to, size_t cap)
{
	char part[2048];
	peek_string(pid, name, part, sizeof(part));
	if (*part == '/') {
		(void)snprintf(to, cap, "%s", part);
		return;
	}
	path_of_fd(pid, fd, to, cap);
	size_t n = strlen(to);
	(void)snprintf(to + n, cap - n, "/%s", part);
}

static void
find_paths(struct tracee *t)
{
	const struct user_regs_struct *r = &t->in;
	*t->path = *t->to = 0;
	switch (t->inside->shape) {
	case FD: path_of_fd(t->pid, (int)arg(r, 0), t->path, sizeof(t->path)); break;
	case PATH_PATH:
		path_at(t->pid, AT_FDCWD, arg(r, 1), t->to, sizeof(t->to));
		/* fallthrough */
	case PATH: path_at(t->pid, AT_FDCWD, arg(r, 0), t->path, sizeof(t->path)); break;
	case AT_AT:
		path_at(t->pid, (int)arg(r, 2), arg(r, 3), t->to, sizeof(t->to));
		/* fallthrough */
	case AT: path_at(t->pid, (int)arg(r, 0), arg(r, 1), t->path, sizeof(t->path)); break;
	case NONE: break;
	}
}

static unsigned long long
open_flags(const struct tracee *t)
{
	struct open_how how = {0};
	switch (t->inside->number) {
	case SYS_open: return arg(&t->in, 1);
	case SYS_openat: return arg(&t->in, 2);
	case SYS_openat2: (void)peek(t->pid, arg(&t->in, 2), &how, sizeof(how)); return how.flags;
	default: return O_CREAT;
	}
}

/* Files are what can be left half done: not sockets, pipes, memory and the terminal. */
static bool
on_a_file(const struct tracee *t)
{
	bool device = strncmp(t->path, "/dev/", 5) == 0 && strncmp(t->path, "/dev/shm/", 9) != 0;
	return *t->path == '/' && !device && strncmp(t->path, "/memfd:", 7) != 0 &&
		strncmp(t->path, "/proc/", 6) != 0;
}

static bool
counts(const struct meddler *m, const struct tracee *t)
{
	bool main = t->pid == m->main;
	if (!m->chosen[t->inside - calls] || strcmp(m->who, main ? "others" : "main") == 0)
		return false;
	if (strstr(t->path, ".so")) /* the loader's, who has no second try */
		return false;
	return !m->changes || (on_a_file(t) && (open_flags(t) & (O_CREAT | O_TRUNC)));
}

/* ---- the log */

/* Where the next write of the descriptor goes. */
static long long
position(const struct tracee *t)
{
	char path[64], line[128];
	long long at = 0;
	unsigned flags = 0;
	struct stat st;
	(void)snprintf(path, sizeof(path), "/proc/%d/fdinfo/%d", (int)t->pid, (int)arg(&t->in, 0));
	FILE *f = fopen(path, "r");
	while (f && fgets(line, sizeof(line), f)) {
		(void)sscanf(line, "pos: %lld", &at);
		(void)sscanf(line, "flags: %o", &flags);
	}
	if (f)
		fclose(f);
	return (flags & O_APPEND) && stat(t->path, &st) == 0 ? (long long)st.st_size : at;
}

static void
note_entry(struct tracee *t)
{
	struct stat st;
	t->created = lstat(t->path, &st) != 0;
	t->n = 0;
	switch (t->inside->number) {
	case SYS_write:
	case SYS_pwrite64:
		t->at = t->inside->number == SYS_write ? position(t) : (long long)arg(&t->in, 3);
		t->n = arg(&t->in, 2);
		t->bytes = malloc(t->n + 1);
		if (!t->bytes || !peek(t->pid, arg(&t->in, 1), t->bytes, t->n))
			die("cannot read what is written");
		break;
	case SYS_ftruncate: t->at = (long long)arg(&t->in, 1); break;
	case SYS_renameat2: t->at = (long long)arg(&t->in, 4); break;
	case SYS_unlinkat: t->at = (long long)arg(&t->in, 2); break;
	default: t->at = 0;
	}
}

static const char *
below(const struct meddler *m, const char *path)
{
	size_t n = strlen(m->cwd);
	if (strncmp(path, m->cwd, n) != 0 || (path[n] && path[n] != '/'))
		return NULL;
	return path[n] ? path + n + 1 : ".";
}

/* One call that was made: `WHO CALL AT N PATH TO`, tabs between, then N bytes and a newline if N.
 * An open is `create` or `truncate`; AT is an offset, a new size, or flags. */
static void
record(const struct meddler *m, struct tracee *t, long long result)
{
	const char *name = t->inside->name, *path = below(m, t->path), *to = below(m, t->to);
	if (!path || result < 0 || strstr(t->path, " (deleted)"))
		goto out;
	if (strncmp(name, "open", 4) == 0) {
		unsigned long long flags = open_flags(t);
		if (!(flags & O_CREAT && t->created) && !(flags & O_TRUNC))
			goto out;
		name = t->created ? "create" : "truncate";
	}
	size_t n = t->bytes ? (size_t)result : 0;
	fprintf(m->log, "%s\t%s\t%lld\t%zu\t%s\t%s\n", t->pid == m->main ? "main" : "other", name,
		t->at, n, path, to ? to : "-");
	if (n && (fwrite(t->bytes, n, 1, m->log) != 1 || fputc('\n', m->log) == EOF))
		die("cannot write the log");
out:
	free(t->bytes);
	t->bytes = NULL;
}

/* ---- meddling */

static void
refuse(const struct meddler *m, struct tracee *t)
{
	struct user_regs_struct r = t->in;
	r.orig_rax = (unsigned long long)-1;
	r.rax = (unsigned long long)-m->error;
	if (ptrace(PTRACE_SETREGS, t->pid, NULL, &r) < 0)
		die("cannot refuse a call");
}

static void
halve(struct tracee *t)
{
	struct user_regs_struct r = t->in;
	unsigned long long *const at[] = {&r.rdi, &r.rsi, &r.rdx, &r.r10, &r.r8};
	int i = t->inside->count;
	if (i && *at[i] > 1)
		*at[i] /= 2;
	if (ptrace(PTRACE_SETREGS, t->pid, NULL, &r) < 0)
		die("cannot shorten a call");
}

/* Does what is to be done to this call. Returns false if it is not made any more. */
static bool
meddle(struct meddler *m, struct tracee *t)
{
	long n = ++m->seen;
	bool hit = n == m->first || (m->every && n > m->first && (n - m->first) % m->every == 0);
	if (!hit || !m->first)
		return true;
	if (m->status)
		fprintf(m->status, "hit %s %s %s\n", t->pid == m->main ? "main" : "others",
			t->inside->name, *t->path ? t->path : "-");
	if (m->error) {
		refuse(m, t);
		return false;
	}
	switch (*m->action) {
	case 'l': return true;
	case 'k': kill(m->main, SIGKILL); return t->pid != m->main;
	case 't':
		halve(t);
		t->tear = true;
		return true;
	default:
		if (strcmp(m->action, "short") == 0)
			halve(t);
		else
			kill(t->pid, SIGKILL);
		return strcmp(m->action, "short") == 0;
	}
}

static struct tracee *
tracee(struct meddler *m, pid_t pid)
{
	for (size_t i = 0; i < m->n; i++)
		if (m->tracees[i].pid == pid)
			return &m->tracees[i];
	for (size_t i = 0; i <= m->n && i < TRACEES_MAX; i++) {
		if (i < m->n && m->tracees[i].pid)
			continue;
		m->n += i == m->n;
		m->tracees[i] = (struct tracee){.pid = pid};
		return &m->tracees[i];
	}
	errno = EAGAIN;
	die("too many processes");
	return NULL;
}

/* The process is about to make one of the calls; says how it goes on. */
static int
at_call(struct meddler *m, struct tracee *t)
{
	if (ptrace(PTRACE_GETREGS, t->pid, NULL, &t->in) < 0)
		return PTRACE_CONT;
	t->inside = NULL;
	for (size_t i = 0; i < N_CALLS; i++)
		if (calls[i].number == (long)t->in.orig_rax)
			t->inside = &calls[i];
	if (!t->inside)
		return PTRACE_CONT;
	find_paths(t);
	bool made = !counts(m, t) || meddle(m, t);
	if (made && (t->tear || (m->log && t->inside->changes))) {
		if (m->log)
			note_entry(t);
		return PTRACE_SYSCALL;
	}
	t->inside = NULL;
	return PTRACE_CONT;
}

static void
after_call(struct meddler *m, struct tracee *t)
{
	struct user_regs_struct r;
	if (!t->inside || ptrace(PTRACE_GETREGS, t->pid, NULL, &r) < 0)
		return;
	if (t->tear)
		kill(m->main, SIGKILL);
	if (m->log)
		record(m, t, (long long)r.rax);
	t->inside = NULL;
}

/* What a stopped process is to do next, by `status` of waitpid. */
static void
go_on(struct meddler *m, struct tracee *t, int status)
{
	int event = status >> 16, sig = WSTOPSIG(status), how = PTRACE_CONT;
	if (event == PTRACE_EVENT_SECCOMP) {
		how = at_call(m, t);
		sig = 0;
	} else if (event == PTRACE_EVENT_STOP && sig != SIGTRAP) {
		how = PTRACE_LISTEN;
		sig = 0;
	} else if (event) {
		sig = 0;
	} else if (sig == (SIGTRAP | 0x80)) {
		after_call(m, t);
		sig = 0;
	}
	(void)ptrace(how, t->pid, NULL, (void *)(long)sig);
}

static void
loop(struct meddler *m)
{
	int status;
	pid_t pid;
	while ((pid = waitpid(-1, &status, __WALL)) > 0 || errno == EINTR) {
		if (pid < 0)
			continue;
		struct tracee *t = tracee(m, pid);
		if (WIFSTOPPED(status)) {
			go_on(m, t, status);
			continue;
		}
		if (pid == m->main)
			m->ended = status;
		free(t->bytes);
		*t = (struct tracee){0};
	}
}

/* ---- beginning */

static void
filter(const struct meddler *m)
{
	struct sock_filter code[CALLS_MAX + 3];
	unsigned short n = 0, left = 0;
	code[n++] = (struct sock_filter)BPF_STMT(
		BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
	for (size_t i = 0; i < N_CALLS; i++)
		left += m->chosen[i] || (m->log && calls[i].changes);
	for (size_t i = 0; i < N_CALLS; i++)
		if (m->chosen[i] || (m->log && calls[i].changes)) {
			code[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K,
				(unsigned)calls[i].number, (unsigned char)left, 0);
			left--;
		}
	code[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	code[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE);
	struct sock_fprog program = {n, code};
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
		prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0)
		die("seccomp");
}

static void
start(struct meddler *m, char **command)
{
	int gate[2];
	char byte;
	long how = PTRACE_O_TRACESECCOMP | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK |
		PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC | PTRACE_O_TRACESYSGOOD |
		PTRACE_O_EXITKILL;
	if (pipe2(gate, O_CLOEXEC) < 0 || (m->main = fork()) < 0)
		die("fork");
	if (m->main == 0) {
		close(gate[1]);
		(void)!read(gate[0], &byte, 1);
		filter(m);
		execvp(command[0], command);
		die(command[0]);
	}
	close(gate[0]);
	if (ptrace(PTRACE_SEIZE, m->main, NULL, how) < 0)
		die("ptrace");
	close(gate[1]);
}

static void
choose(struct meddler *m, char *names)
{
	m->changes = strcmp(names, "changes") == 0;
	for (size_t i = 0; m->changes && i < N_CALLS; i++)
		m->chosen[i] = calls[i].changes;
	for (char *rest = NULL, *name = m->changes ? NULL : strtok_r(names, ",", &rest); name;
		name = strtok_r(NULL, ",", &rest)) {
		size_t i = 0;
		while (i < N_CALLS && strcmp(calls[i].name, name) != 0)
			i++;
		errno = EINVAL;
		if (i == N_CALLS)
			die(name);
		m->chosen[i] = true;
	}
}

static void
options(struct meddler *m, int argc, char **argv)
{
	int c;
	char all[] = "changes";
	char *names = all;
	while ((c = getopt(argc, argv, "+o:s:c:w:n:a:")) > 0) {
		FILE *f = c == 'o' || c == 's' ? fopen(optarg, "we") : NULL;
		if ((c == 'o' || c == 's') && !f)
			die(optarg);
		if (c == 'o')
			m->log = f;
		else if (c == 's')
			m->status = f;
		else if (c == 'c')
			names = optarg;
		else if (c == 'w')
			m->who = optarg;
		else if (c == 'n')
			m->first = strtol(optarg, NULL, 10),
			m->every = *optarg == '+' ? m->first : 0;
		else if (c == 'a')
			m->action = optarg;
		else
			exit(125);
	}
	for (size_t i = 0; i < sizeof(errors) / sizeof(*errors); i++)
		if (strcmp(m->action, errors[i].name) == 0)
			m->error = errors[i].number;
	choose(m, names);
}

int
main(int argc, char **argv)
{
	static struct tracee tracees[TRACEES_MAX];
	struct meddler m = {.who = "all", .action = "kill", .tracees = tracees};
	options(&m, argc, argv);
	if (optind == argc || !getcwd(m.cwd, sizeof(m.cwd)))
		die("no command");
	start(&m, argv + optind);
	loop(&m);
	if (m.status)
		fprintf(m.status, "calls %ld\n", m.seen);
	if ((m.status && fclose(m.status) != 0) || (m.log && fclose(m.log) != 0))
		die("cannot write");
	return WIFSIGNALED(m.ended) ? 128 + WTERMSIG(m.ended) : WEXITSTATUS(m.ended);
}
