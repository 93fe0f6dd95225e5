/* SPDX-License-Identifier: Apache-2.0
 * Plays files through a fuzz target of tests/fuzz without a fuzzer: what broke something once, and what
 * reaches every corner, is tried with each build. Arguments are files; a crash is the failure. */
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t n);

int
main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		FILE *f = fopen(argv[i], "re");
		if (!f || fseek(f, 0, SEEK_END) != 0) {
			perror(argv[i]);
			return 2;
		}
		long n = ftell(f);
		rewind(f);
		/* of its exact size, so that one byte too far is seen */
		unsigned char *data = malloc(n > 0 ? (size_t)n : 1);
		if (!data || fread(data, 1, (size_t)n, f) != (size_t)n) {
			perror(argv[i]);
			return 2;
		}
		fclose(f);
		fprintf(stderr, "%s\n", argv[i]);
		(void)LLVMFuzzerTestOneInput(data, (size_t)n);
		free(data);
	}
	return 0;
}
