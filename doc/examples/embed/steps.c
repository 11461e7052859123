/*
 * A server with options of its own: what is served is said by steps, in the
 * words of preforkd.conf(5).  A client sends lines and gets their lengths.
 *
 *	cc -o lengthd steps.c $(pkg-config --cflags --libs libprefork)
 *	./lengthd -l '*:7007' -w 8 -S /tmp/lengthd.sock
 *	preforkctl -S /tmp/lengthd.sock status
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <prefork/server.h>

static int
tell_lengths(struct prefork_conn *conn)
{
	char line[4096];
	size_t length;
	int last;

	do {
		last = prefork_conn_draining(conn);
		if (prefork_read_line(conn, line, sizeof(line), &length) !=
		    PREFORK_LINE)
			break;
		if (prefork_printf(conn, "%lu\n", (unsigned long)length) == -1)
			return -1;
	} while (!last && prefork_wait(conn) == PREFORK_WAIT_DATA);
	return 0;
}

static const struct prefork_module lengths = {
	PREFORK_MODULE_HEAD,
	.name = "lengths",
	.version = "1.0",
	.handle = tell_lengths,
};

static void
usage(void)
{
	fprintf(stderr,
	    "usage: lengthd [-l address]... [-S socket] "
	    "[-w workers]\n");
	exit(64);
}

/* What a call refuses prefork_server_run tells, and ends with. */
static void
parse(int argc, char **argv, struct prefork_server *server)
{
	int letter;

	while ((letter = getopt(argc, argv, "l:S:w:")) != -1) {
		switch (letter) {
		case 'l':
			prefork_server_listen(server, optarg);
			break;
		case 'S':
			prefork_server_set(server, "control", optarg);
			break;
		case 'w':
			prefork_server_set(server, "workers", optarg);
			break;
		default:
			usage();
		}
	}
	if (optind < argc)
		usage();
}

int
main(int argc, char **argv)
{
	struct prefork_server *server =
	    prefork_server_new("lengthd", &lengths, NULL);
	int code;

	if (server == NULL) {
		perror("lengthd");
		return 71;
	}
	prefork_server_set(server, "timeout", "idle 30s total 10m");
	prefork_server_set(server, "max_requests", "10000 jitter 10%");
	parse(argc, argv, server);
	code = prefork_server_run(server);
	prefork_server_free(server);
	return code;
}
