/*
 * talk: a client for tests.  It plays a script on one connection, or on many
 * at once, and says by its exit status what went wrong.
 *
 *	talk [-b ADDRESS] [-n connections] [-t seconds] ADDRESS step...
 *	talk -q [-t seconds] ADDRESS
 *
 * ADDRESS is 127.0.0.1:PORT, [::1]:PORT, unix:/path or unix:@name.  Each
 * connection does each step as soon as it can:
 *
 *	send TEXT	\n \r \t \0 \\ \xhh are understood
 *	expect TEXT	reads as many bytes, which must be these
 *	line TEXT	sends TEXT and a newline and expects the same back
 *	bulk BYTES SEED	sends so many pseudo-random bytes and expects the same
 *			back, both at once
 *	print		copies what comes to standard output, up to the end
 *	eof		expects the end of the data, and no byte before it
 *	reset-expected	expects a reset, whatever comes before it
 *	gone		expects the end or a reset, whatever comes before it
 *	shut		will send no more
 *	close, reset	ends the connection, kindly or with a reset
 *	connect		makes another one after that; the first is made without
 *	port		prints the port that the connection has on our side
 *	say TEXT	prints TEXT, once, when all connections have come here
 *	wait		waits for a line on standard input, likewise
 *
 * -b: where the connections come from, 127.0.0.2:0.
 * -q tries once to connect and prints open, refused, timeout or the reason.
 *
 * Exit status: 0 all as the script says, 1 failed otherwise, 2 refused or no
 * such socket, 3 other bytes than expected, 4 reset, 5 end of data too early,
 * 64 usage, 124 the time (10 s) is over.
 *
 * Runs in: talk.
 */
#include "config.h"

#include <sys/resource.h>

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "talk.h"

/* How soon a connect() that found a full queue is tried again. */
#define AGAIN_MS 10

struct talk {
	struct script script;
	struct address address, from;
	struct client *clients;
	struct pollfd *items;
	nfds_t count;
	int64_t deadline_ms;
};

void
talk_fail(enum talk_exit code, const char *format, ...)
{
	va_list ap;

	(void)fputs("talk: ", stderr);
	va_start(ap, format);
	(void)vfprintf(stderr, format, ap);
	va_end(ap);
	(void)fputc('\n', stderr);
	exit((int)code);
}

static int64_t
clock_ms(void)
{
	struct timespec now;

	if (clock_gettime(CLOCK_MONOTONIC, &now) == -1)
		talk_fail(TALK_FAILED, "clock_gettime: %s", strerror(errno));
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static _Noreturn void
fail_late(const struct talk *talk)
{
	const struct client *slowest = &talk->clients[0];
	const struct step *step;
	nfds_t i;

	for (i = 1; i < talk->count; i++)
		if (talk->clients[i].step < slowest->step)
			slowest = &talk->clients[i];
	step = &talk->script.steps[slowest->step];
	talk_fail(TALK_TIMEOUT,
	    "connection %u, %s %s: the time is over, %zu sent, %zu received",
	    slowest->number, step->word, step->argument, slowest->sent,
	    slowest->got);
}

/* Waits until an item is ready, or limit_ms have gone by. */
static void
poll_items(const struct talk *talk, struct pollfd *items, nfds_t count,
    int64_t limit_ms)
{
	int64_t left_ms = talk->deadline_ms - clock_ms();

	if (left_ms <= 0)
		fail_late(talk);
	if (limit_ms >= 0 && limit_ms < left_ms)
		left_ms = limit_ms;
	if (poll(items, count, (int)left_ms) == -1 && errno != EINTR)
		talk_fail(TALK_FAILED, "poll: %s", strerror(errno));
}

/* One byte at a time: what follows the line is for the next wait.  The end
 * of standard input lets go as a line does. */
static void
wait_for_line(const struct talk *talk)
{
	struct pollfd item = { .fd = STDIN_FILENO, .events = POLLIN };
	char byte = '\0';

	while (byte != '\n') {
		poll_items(talk, &item, 1, -1);
		if (item.revents != 0 && read(STDIN_FILENO, &byte, 1) <= 0)
			return;
	}
}

/* False at the end of the script. */
static bool
do_together(const struct talk *talk)
{
	const struct step *step = &talk->script.steps[talk->clients[0].step];
	nfds_t i;

	if (step->kind == STEP_SAY)
		(void)printf("%s\n", step->argument);
	if (fflush(stdout) == EOF)
		talk_fail(TALK_FAILED, "standard output: %s", strerror(errno));
	if (step->kind == STEP_WAIT)
		wait_for_line(talk);
	for (i = 0; i < talk->count; i++) {
		talk->clients[i].step++;
		talk->items[i].revents = POLLIN;
	}
	return step->kind != STEP_END;
}

/* Moves on each that can.  Returns how many wait for the others, and whether
 * one has to try its connect() again. */
static nfds_t
walk_ready(struct talk *talk, bool *again)
{
	struct client *client;
	nfds_t i, together = 0;

	*again = false;
	for (i = 0; i < talk->count; i++) {
		client = &talk->clients[i];
		if (talk->items[i].revents != 0 || client->wants == 0)
			client_walk(client, &talk->script, &talk->address);
		talk->items[i].fd = client->wants == 0 ? -1 : client->fd;
		talk->items[i].events = client->wants;
		talk->items[i].revents = 0;
		if (talk->script.steps[client->step].kind >= STEP_SAY)
			together++;
		else if (client->wants == 0)
			*again = true;
	}
	return together;
}

static void
play(struct talk *talk)
{
	bool again;

	for (;;) {
		while (walk_ready(talk, &again) == talk->count)
			if (!do_together(talk))
				return;
		poll_items(talk, talk->items, talk->count,
		    again ? AGAIN_MS : -1);
	}
}

/* As many descriptors as connections may need more than we are given. */
static void
raise_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == -1)
		return;
	limit.rlim_cur = limit.rlim_max;
	(void)setrlimit(RLIMIT_NOFILE, &limit);
}

static void
init_clients(struct talk *talk)
{
	unsigned i;

	raise_limit();
	talk->clients = calloc(talk->count, sizeof(*talk->clients));
	talk->items = calloc(talk->count, sizeof(*talk->items));
	if (talk->clients == NULL || talk->items == NULL)
		talk_fail(TALK_FAILED, "no memory");
	for (i = 0; i < talk->count; i++) {
		talk->clients[i].number = i;
		talk->clients[i].fd = -1;
	}
}

static void
fini_clients(struct talk *talk)
{
	nfds_t i;

	for (i = 0; i < talk->count; i++)
		client_close(&talk->clients[i]);
	free(talk->clients);
	free(talk->items);
}

static const char *
probe(const struct talk *talk)
{
	struct client client = { .fd = -1 };
	struct pollfd item = { .events = POLLOUT };
	int64_t left_ms = talk->deadline_ms - clock_ms();
	int error = client_connect(&client, &talk->address);

	if (error == EINPROGRESS) {
		item.fd = client.fd;
		error = poll(&item, 1, (int)left_ms) == 0 ?
		    ETIMEDOUT :
		    client_connected(&client);
	}
	client_close(&client);
	return error == 0	  ? "open" :
	    error == ECONNREFUSED ? "refused" :
	    error == ETIMEDOUT	  ? "timeout" :
				    strerror(error);
}

static long
option_number(const char *text)
{
	char *end;
	long value = strtol(text, &end, 10);

	if (text[0] < '0' || text[0] > '9' || *end != '\0' || value < 1 ||
	    value > 100000)
		talk_fail(TALK_USAGE, "'%s' is not a number from 1 to 100000",
		    text);
	return value;
}

/* True when it is a probe. */
static bool
parse_options(struct talk *talk, int argc, char **argv)
{
	bool asks = false;
	int letter;

	talk->count = 1;
	talk->deadline_ms = clock_ms() + 10 * 1000;
	/* A leading '+' makes GNU getopt stop at the address, as POSIX says. */
	while ((letter = getopt(argc, argv, "+b:n:qt:")) != -1) {
		if (letter == 'b')
			address_parse(&talk->from, optarg);
		else if (letter == 'n')
			talk->count = (nfds_t)option_number(optarg);
		else if (letter == 't')
			talk->deadline_ms =
			    clock_ms() + option_number(optarg) * 1000;
		else if (letter == 'q')
			asks = true;
		else
			exit(TALK_USAGE);
	}
	if (optind >= argc)
		talk_fail(TALK_USAGE,
		    "talk [-q] [-b address] [-n connections] "
		    "[-t seconds] address step...");
	return asks;
}

int
main(int argc, char **argv)
{
	struct talk talk;
	bool asks;

	memset(&talk, 0, sizeof(talk));
	asks = parse_options(&talk, argc, argv);
	address_parse(&talk.address, argv[optind]);
	if (talk.from.bytes > 0)
		talk.address.from = &talk.from;
	if (asks) {
		(void)printf("%s\n", probe(&talk));
		return 0;
	}
	script_parse(&talk.script, argv + optind + 1, argc - optind - 1);
	init_clients(&talk);
	play(&talk);
	fini_clients(&talk);
	script_free(&talk.script);
	return 0;
}
