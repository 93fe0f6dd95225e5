/* SPDX-License-Identifier: Apache-2.0
 * weigh [-m] OUT COMMAND [ARG ...]: runs a command and writes one line to OUT: wall seconds, CPU seconds of all
 * its processes, and with -m the peak of the memory that all of them together hold, in MiB.
 *
 * Every process below us counts, orphans too (we are their subreaper). Memory is looked at every 5 ms:
 * the proportional set of each process, so that shared pages count once, and memory files, which
 * count also while no process maps them: by descriptor, each file once. Looking costs time, so a
 * run that is weighed is not the one that is timed. */
#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MAX = 4096 };

struct look {
	struct {
		int pid, parent;
		bool ours;
	} all[MAX];
	int n;
	ino_t seen[MAX];
	int files;
	long private_kib, mapped_kib, memfd_kib;
};

static double
now(clockid_t clock)
{
	struct timespec t;
	clock_gettime(clock, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Processes and their parents; a parent may come after its child, so turns are taken until none is new. */
static void
find_ours(struct look *l)
{
	DIR *d = opendir("/proc");
	char path[64], line[512];
	for (struct dirent *e; d && (e = readdir(d)) != NULL && l->n < MAX;) {
		int pid = (int)strtol(e->d_name, NULL, 10), parent = 0;
		snprintf(path, sizeof(path), "/proc/%d/stat", pid);
		FILE *f = pid > 0 ? fopen(path, "r") : NULL;
		if (f && fgets(line, sizeof(line), f) && strrchr(line, ')') &&
			sscanf(strrchr(line, ')'), ") %*c %d", &parent) == 1) {
			l->all[l->n].pid = pid;
			l->all[l->n].parent = parent;
			l->all[l->n++].ours = parent == getpid();
		}
		if (f)
			fclose(f);
	}
	if (d)
		closedir(d);
	for (bool more = true; more;) {
		more = false;
		for (int i = 0; i < l->n; i++)
			for (int k = 0; k < l->n && !l->all[i].ours; k++)
				if (l->all[k].ours && l->all[k].pid == l->all[i].parent)
					more = l->all[i].ours = true;
	}
}

static void
add_mapped(struct look *l, int pid)
{
	char path[64], line[256];
	long kib, total = 0, shared = 0;
	snprintf(path, sizeof(path), "/proc/%d/smaps_rollup", pid);
	FILE *f = fopen(path, "r");
	while (f && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "Pss: %ld", &kib) == 1)
			total = kib;
		if (sscanf(line, "Pss_Shmem: %ld", &kib) == 1)
			shared = kib;
	}
	if (f)
		fclose(f);
	l->private_kib += total - shared;
	l->mapped_kib += shared;
}

static void
add_files(struct look *l, int pid)
{
	char path[320], to[64];
	snprintf(path, sizeof(path), "/proc/%d/fd", pid);
	DIR *d = opendir(path);
	for (struct dirent *e; d && (e = readdir(d)) != NULL;) {
		struct stat st;
		snprintf(path, sizeof(path), "/proc/%d/fd/%s", pid, e->d_name);
		ssize_t len = readlink(path, to, sizeof(to));
		if (len < 7 || memcmp(to, "/memfd:", 7) != 0 || stat(path, &st) != 0)
			continue;
		int i = 0;
		while (i < l->files && l->seen[i] != st.st_ino)
			i++;
		if (i < l->files || i == MAX)
			continue;
		l->seen[l->files++] = st.st_ino;
		l->memfd_kib += (long)st.st_blocks / 2;
	}
	if (d)
		closedir(d);
}

/* KiB held now; memory files count by what they hold or by what is mapped of them, whichever is more. */
static long
held(void)
{
	static struct look l;
	memset(&l, 0, sizeof(l));
	find_ours(&l);
	for (int i = 0; i < l.n; i++)
		if (l.all[i].ours) {
			add_mapped(&l, l.all[i].pid);
			add_files(&l, l.all[i].pid);
		}
	return l.private_kib + (l.memfd_kib > l.mapped_kib ? l.memfd_kib : l.mapped_kib);
}

static double
seconds(struct timeval t)
{
	return (double)t.tv_sec + (double)t.tv_usec / 1e6;
}

int
main(int argc, char **argv)
{
	bool memory = argc > 1 && strcmp(argv[1], "-m") == 0;
	argv += memory;
	if (argc - memory < 3) {
		fprintf(stderr, "usage: weigh [-m] OUT COMMAND [ARG ...]\n");
		return 2;
	}
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	double begun = now(CLOCK_MONOTONIC);
	pid_t child = fork(), ended;
	if (child == 0) {
		execvp(argv[2], argv + 2);
		_exit(127);
	}
	int status, said = 1;
	long peak = 0;
	double wall = 0;
	while ((ended = waitpid(-1, &status, memory ? WNOHANG : 0)) >= 0) {
		if (ended == child) {
			wall = now(CLOCK_MONOTONIC) - begun;
			said = WIFEXITED(status) ? WEXITSTATUS(status) : 1;
		}
		if (ended == 0) {
			long kib = held();
			peak = kib > peak ? kib : peak;
			usleep(5000);
		}
	}
	struct rusage ru;
	getrusage(RUSAGE_CHILDREN, &ru);
	FILE *out = fopen(argv[1], "w");
	if (!out ||
		fprintf(out, "%.4f %.4f %.1f\n", wall, seconds(ru.ru_utime) + seconds(ru.ru_stime),
			(double)peak / 1024) < 0 ||
		fclose(out) != 0) {
		perror(argv[1]);
		return 1;
	}
	return said;
}
