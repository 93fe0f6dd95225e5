/* SPDX-License-Identifier: Apache-2.0
 * A server for the sessions about OpenLineage: takes POSTs one after another, and prints each as a line
 * of its path, its token and its body.
 *
 *	endpoint PORT_FILE STATUS...	answers with each status in turn, then with the last one for ever;
 *					`mute` takes the request and never answers, `drop` hangs up
 *
 * It listens on a free port of this machine and writes its number to PORT_FILE. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int
listening(const char *port_file)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
	socklen_t n = sizeof(at);
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	char other[256];
	if (fd < 0 || bind(fd, (struct sockaddr *)&at, n) < 0 || listen(fd, 16) < 0 ||
		getsockname(fd, (struct sockaddr *)&at, &n) < 0)
		exit(1);
	(void)snprintf(other, sizeof(other), "%s.new", port_file);
	FILE *f = fopen(other, "w");
	if (!f || fprintf(f, "%d\n", ntohs(at.sin_port)) < 0 || fclose(f) != 0 ||
		rename(other, port_file) < 0)
		exit(1);
	return fd;
}

/* The request as text; what its head says of the length is all there. */
static size_t
take(int fd, char *text, size_t room)
{
	size_t have = 0;
	for (;;) {
		ssize_t n = read(fd, text + have, room - 1 - have);
		if (n <= 0)
			return 0;
		have += (size_t)n;
		text[have] = '\0';
		const char *end = strstr(text, "\r\n\r\n"),
			   *length = strstr(text, "Content-Length: ");
		if (end && length &&
			have >= (size_t)(end + 4 - text) + strtoul(length + 16, NULL, 10))
			return have;
	}
}

static void
show(const char *text)
{
	const char *token = strstr(text, "Authorization: "), *end = strstr(text, "\r\n\r\n");
	(void)printf("%.*s [%.*s] %s\n", (int)strcspn(text, "\r"), text,
		token && token < end ? (int)strcspn(token, "\r") : 0, token ? token : "", end + 4);
	(void)fflush(stdout);
}

int
main(int argc, char **argv)
{
	static char text[1 << 20];
	int server = argc > 2 ? listening(argv[1]) : -1;
	for (int i = 2; server >= 0; i += i + 1 < argc) {
		int fd = accept(server, NULL, NULL);
		if (take(fd, text, sizeof(text)) == 0)
			i--;
		else if (strcmp(argv[i], "mute") == 0) {
			show(text);
			continue; /* left open */
		} else if (strcmp(argv[i], "drop") != 0) {
			show(text);
			(void)dprintf(
				fd, "HTTP/1.1 %s Said\r\nContent-Length: 2\r\n\r\n{}", argv[i]);
		}
		close(fd);
	}
	return 1;
}
