/* SPDX-License-Identifier: Apache-2.0
 * pair [-n RUNS] LABEL COMMAND [LABEL COMMAND ...]: runs shell commands in turn, A B A B ..., after
 * one warm-up each, and prints for each the wall time (min, median, max), the peak memory of its
 * largest process, and the ratio to the first, run by run. Turns are what makes ratios hold on a
 * machine whose speed drifts. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MAX_COMMANDS 8
#define MAX_RUNS 100

struct series {
	const char *label, *command;
	double wall[MAX_RUNS], ratio[MAX_RUNS];
	long rss_kib;
};

static double
now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double
run_once(struct series *s)
{
	struct rusage ru;
	int status;
	double begun = now();
	pid_t pid = fork();
	if (pid == 0) {
		execl("/bin/sh", "sh", "-c", s->command, (char *)NULL);
		_exit(127);
	}
	if (pid < 0 || wait4(pid, &status, 0, &ru) < 0 || status != 0) {
		fprintf(stderr, "%s failed: %s\n", s->label, s->command);
		exit(1);
	}
	double took = now() - begun;
	s->rss_kib = ru.ru_maxrss > s->rss_kib ? ru.ru_maxrss : s->rss_kib;
	return took;
}

static int
ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static void
print(struct series *s, int runs)
{
	qsort(s->wall, (size_t)runs, sizeof(double), ascending);
	qsort(s->ratio, (size_t)runs, sizeof(double), ascending);
	printf("%-28s %9.4f %9.4f %9.4f s %8.1f MiB   x %.3f (%.3f-%.3f)\n", s->label, s->wall[0],
		s->wall[runs / 2], s->wall[runs - 1], (double)s->rss_kib / 1024, s->ratio[runs / 2],
		s->ratio[0], s->ratio[runs - 1]);
	fflush(stdout);
}

int
main(int argc, char **argv)
{
	static struct series all[MAX_COMMANDS];
	int runs = 5, n = 0, i = 1;
	if (argc > 2 && strcmp(argv[1], "-n") == 0) {
		runs = (int)strtol(argv[2], NULL, 10);
		i = 3;
	}
	for (; i + 1 < argc && n < MAX_COMMANDS; i += 2, n++)
		all[n] = (struct series){.label = argv[i], .command = argv[i + 1]};
	if (n == 0 || i != argc || runs < 1 || runs > MAX_RUNS) {
		fprintf(stderr, "usage: pair [-n RUNS] LABEL COMMAND [LABEL COMMAND ...]\n");
		return 2;
	}
	for (int k = 0; k < n; k++)
		run_once(&all[k]);
	for (int r = 0; r < runs; r++)
		for (int k = 0; k < n; k++) {
			all[k].wall[r] = run_once(&all[k]);
			all[k].ratio[r] = all[k].wall[r] / all[0].wall[r];
		}
	printf("%-28s %9s %9s %9s\n", "", "min", "median", "max");
	for (int k = 0; k < n; k++)
		print(&all[k], runs);
	return 0;
}
