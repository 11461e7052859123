/*
 * Load generator of make bench: options, processes, report.  A few processes
 * full of clients, so that most of the machine is left to the server.
 * Runs in: load generator.
 *
 *	load [-k] [-c clients] [-d ms] [-n operations] [-p processes] port
 *
 * -k: echoes on one connection for each client; without it each operation is
 * connect, send, receive, close.
 */
#include "config.h"

#include <sys/wait.h>

#include <arpa/inet.h>

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client.h"

#define PROCESSES_MAX 16
#define CLIENTS_MAX   4096
/* So far apart are the local addresses of two processes. */
#define SOURCE_BLOCK 256

struct options {
	struct plan plan;
	unsigned processes;
};

static _Noreturn void
die(const char *what)
{
	fprintf(stderr, "load: %s: %s\n", what, strerror(errno));
	exit(EXIT_FAILURE);
}

static _Noreturn void
usage(void)
{
	fputs("usage: load [-k] [-c clients] [-d ms] [-n operations] "
	      "[-p processes] port\n",
	    stderr);
	exit(EXIT_FAILURE);
}

static unsigned long
number(const char *text, unsigned long most)
{
	char *end;
	unsigned long value;

	errno = 0;
	value = strtoul(text, &end, 10);
	if (errno != 0 || *end != '\0' || value < 1 || value > most)
		usage();
	return value;
}

static void
set_server(struct plan *plan, const char *port)
{
	plan->server.sin_family = AF_INET;
	plan->server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	plan->server.sin_port = htons((uint16_t)number(port, 65535));
}

static void
read_options(int argc, char **argv, struct options *o)
{
	int letter;

	memset(o, 0, sizeof(*o));
	o->processes = 1;
	o->plan.clients = 8;
	o->plan.duration_ms = 2000;
	while ((letter = getopt(argc, argv, "kc:d:n:p:")) != -1) {
		if (letter == 'k')
			o->plan.keepalive = true;
		else if (letter == 'c')
			o->plan.clients = (unsigned)number(optarg, CLIENTS_MAX);
		else if (letter == 'd')
			o->plan.duration_ms = (int64_t)number(optarg, 3600000);
		else if (letter == 'n')
			o->plan.operations = number(optarg, 1000000000);
		else if (letter == 'p')
			o->processes = (unsigned)number(optarg, PROCESSES_MAX);
		else
			usage();
	}
	if (optind != argc - 1)
		usage();
	set_server(&o->plan, argv[optind]);
	if (o->processes > o->plan.clients)
		o->processes = o->plan.clients;
}

/* The share of process `index`; the first ones get what is left over. */
static uint64_t
share(uint64_t whole, unsigned processes, unsigned index)
{
	return whole / processes + (index < whole % processes ? 1 : 0);
}

static _Noreturn void
work(const struct options *o, unsigned index, int out)
{
	static struct tally tally;
	struct plan plan = o->plan;

	plan.clients = (unsigned)share(o->plan.clients, o->processes, index);
	plan.operations = share(o->plan.operations, o->processes, index);
	if (o->plan.operations > 0 && plan.operations == 0)
		_exit(EXIT_SUCCESS);
	if (clients_many_sources())
		plan.source = index * SOURCE_BLOCK + 1;
	if (clients_run(&plan, &tally) == -1)
		die("clients");
	/* A pipe to a reader that reads it all takes it in one piece. */
	if (write(out, &tally, sizeof(tally)) != sizeof(tally))
		die("write");
	_exit(EXIT_SUCCESS);
}

/* The end to read the tally from. */
static int
start_process(const struct options *o, unsigned index)
{
	int ends[2];
	pid_t pid;

	if (pipe(ends) == -1)
		die("pipe");
	pid = fork();
	if (pid == -1)
		die("fork");
	if (pid == 0)
		work(o, index, ends[1]);
	(void)close(ends[1]);
	return ends[0];
}

static int
read_tally(int fd, struct tally *tally)
{
	size_t done = 0;
	ssize_t got;

	while (done < sizeof(*tally)) {
		got = read(fd, (char *)tally + done, sizeof(*tally) - done);
		if (got <= 0)
			return -1;
		done += (size_t)got;
	}
	return 0;
}

static void
run(const struct options *o, struct tally *sum)
{
	struct tally part;
	int ends[PROCESSES_MAX];
	unsigned i;

	for (i = 0; i < o->processes; i++)
		ends[i] = start_process(o, i);
	for (i = 0; i < o->processes; i++) {
		if (read_tally(ends[i], &part) == 0)
			tally_merge(sum, &part);
		(void)close(ends[i]);
	}
	while (wait(NULL) > 0)
		continue;
}

static double
microseconds(int64_t ns)
{
	return (double)ns / 1000.0;
}

static void
report(const struct tally *tally)
{
	int i;

	printf("operations %" PRIu64 "\n", tally->operations);
	printf("rate %.0f\n",
	    (double)tally->operations * 1e9 / (double)tally->elapsed_ns);
	for (i = 0; i < FAILURES; i++) {
		printf("%s_errors %" PRIu64, failure_name((enum failure)i),
		    tally->failures[i]);
		if (tally->first_errno[i] != 0)
			printf(" %s", strerror(tally->first_errno[i]));
		putchar('\n');
	}
	printf("p50_us %.1f\n", microseconds(tally_quantile_ns(tally, .5)));
	printf("p99_us %.1f\n", microseconds(tally_quantile_ns(tally, .99)));
	printf("p99.9_us %.1f\n", microseconds(tally_quantile_ns(tally, .999)));
	printf("max_us %.1f\n", microseconds(tally->longest_ns));
}

int
main(int argc, char **argv)
{
	static struct tally sum;
	struct options options;

	read_options(argc, argv, &options);
	run(&options, &sum);
	if (sum.elapsed_ns == 0)
		return EXIT_FAILURE;
	report(&sum);
	return EXIT_SUCCESS;
}
