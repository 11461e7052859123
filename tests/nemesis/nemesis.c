/*
 * nemesis: what can befall the daemon befalls it, at random, under load, and
 * then it is seen whether its promises were kept.
 *
 *	nemesis [-DFoprvxz] [-c clients] [-d seconds] [-s seed] [-w workers] dir
 *
 * tests/nemesis/run prepares the folder and the options and is what people
 * call; it tells what they mean.  The result is TAP.
 *
 * A test in four phases (phases.c): it warms up, until the daemon has done
 * everything once and its memory has the size that it needs; it rages
 * (misfortune.c); it calms down and is looked at; it is stopped, with clients
 * waiting.  All the time clients come and go (swarm.c, client.c), each with a
 * history (history.c).  A connection may only have broken if we had harmed
 * its own worker.
 *
 * The parts know nothing of libprefork, so that a defect there cannot hide
 * itself here.
 * Runs in: nemesis.
 */
#include "config.h"

#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "folder.h"
#include "nemesis.h"

#define TICK_MS	    10
#define LOOK_MS	    100
#define DISORDER_MS 2000
#define LATE_TIMES  20
#define SLOW_TIMES  10

static struct nemesis nemesis;
static volatile sig_atomic_t interrupted;

static void
interrupt(int signo)
{
	interrupted = signo;
}

int64_t
nemesis_patience(const struct nemesis *n, int64_t limit_ms)
{
	return limit_ms * (n->server.sanitized ? SLOW_TIMES : 1) +
	    n->late_ms * LATE_TIMES;
}

static void
note_disorder(struct nemesis *n, const char *what, const struct process *who)
{
	int64_t ms = now_ms();

	if (n->suspect != who->pid) {
		n->suspect = who->pid;
		n->suspect_ms = ms;
	} else if (n->disorder[0] == '\0' &&
	    ms - n->suspect_ms > nemesis_patience(n, DISORDER_MS)) {
		(void)snprintf(n->disorder, sizeof(n->disorder),
		    "at %lld: %s, process %ld, state %c, parent %ld",
		    (long long)ms, what, (long)who->pid, who->state,
		    (long)who->parent);
	}
}

/* A child that is dead for long; the master may be stopped itself. */
static bool
look_for_zombies(struct nemesis *n)
{
	static struct crowd crowd;
	unsigned i;

	if (now_ms() < n->master_still_ms + DISORDER_MS)
		return false;
	crowd_of_children(n->server.pid, &crowd);
	for (i = 0; i < crowd.count; i++)
		if (crowd.of[i].state == 'Z') {
			note_disorder(n, "a zombie", &crowd.of[i]);
			return true;
		}
	return false;
}

static void
look_around(struct nemesis *n)
{
	static int64_t looked_ms;
	int64_t ms = now_ms();

	if (ms - looked_ms < LOOK_MS || n->server.gone)
		return;
	looked_ms = ms;
	if (!look_for_zombies(n))
		n->suspect = 0;
	if (server_is_gone(&n->server))
		chronicle_tell(&n->chronicle, ms, "the master is gone");
}

static int64_t
earliest(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

void
nemesis_turn(struct nemesis *n, int64_t limit_ms)
{
	int64_t ms = now_ms();
	int64_t next = earliest(limit_ms, ms + TICK_MS);

	next = earliest(next, swarm_deadline(&n->swarm, ms));
	next = earliest(next, misfortune_deadline(n));
	if (next < ms)
		next = ms;
	swarm_turn(&n->swarm, next);
	ms = now_ms();
	if (ms - next > n->late_ms)
		n->late_ms = ms - next;
	misfortune_tick(n, ms);
	chronicle_read(&n->chronicle, ms);
	look_around(n);
	if (interrupted) {
		server_kill_all(&n->server);
		puts("Bail out! interrupted");
		exit(1);
	}
}

bool
nemesis_wait(struct nemesis *n, bool (*done)(struct nemesis *),
    int64_t limit_ms)
{
	int64_t end_ms = now_ms() + limit_ms;

	while (!done(n)) {
		if (now_ms() >= end_ms)
			return false;
		nemesis_turn(n, end_ms);
	}
	return true;
}

void
nemesis_pass(struct nemesis *n, int64_t limit_ms)
{
	int64_t end_ms = now_ms() + limit_ms;

	while (now_ms() < end_ms)
		nemesis_turn(n, end_ms);
}

static _Noreturn void
usage(void)
{
	(void)fputs("usage: nemesis [-DFoprvxz] [-c clients] [-d seconds] "
		    "[-s seed] [-w workers] dir\n",
	    stderr);
	exit(64);
}

static uint64_t
random_seed(void)
{
	uint64_t seed = (uint64_t)getpid();
	int fd = open("/dev/urandom", O_RDONLY | O_CLOEXEC);

	if (fd != -1) {
		(void)!read(fd, &seed, sizeof(seed));
		(void)close(fd);
	}
	/* Short enough to be typed. */
	return seed % 1000000000;
}

static unsigned long
number(const char *text, unsigned long least, unsigned long most)
{
	char *end;
	unsigned long value = strtoul(text, &end, 10);

	if (*text == '\0' || *end != '\0' || value < least || value > most)
		usage();
	return value;
}

static void
read_options(struct nemesis *n, int argc, char **argv, unsigned *clients)
{
	bool foreground = false, as_root = false;
	int letter;

	n->seed = random_seed();
	while ((letter = getopt(argc, argv, "DFc:d:oprs:vw:xz")) != -1)
		switch (letter) {
		case 'D':
			n->server.detached = true;
			break;
		case 'F':
			foreground = true;
			break;
		case 'c':
			*clients = (unsigned)number(optarg, 1, 500);
			break;
		case 'd':
			n->duration_ms =
			    (int64_t)number(optarg, 1, 1000000) * 1000;
			break;
		case 'p':
			n->posix_only = true;
			break;
		case 'o':
			n->server.takes_settings = true;
			break;
		case 'r':
			as_root = true;
			break;
		case 's':
			n->seed = number(optarg, 0, ULONG_MAX);
			break;
		case 'v':
			n->chronicle.is_loud = true;
			break;
		case 'w':
			n->server.workers = (unsigned)number(optarg, 1, 200);
			break;
		case 'x':
			n->server.sanitized = true;
			break;
		case 'z':
			n->small_disk = true;
			break;
		default:
			usage();
		}
	if (optind != argc - 1)
		usage();
	n->server.folder = argv[optind];
	n->server.as_other = geteuid() == 0 && !as_root;
	n->server.limited = geteuid() != 0 || n->server.as_other;
	/* One run of four is a daemon, which has no log that we could read. */
	if (!foreground && n->seed % 4 == 3)
		n->server.detached = true;
	n->small_disk = n->small_disk && !n->server.detached;
}

static void
prepare(struct nemesis *n, unsigned clients)
{
	struct sigaction action = { .sa_handler = interrupt };
	struct dice dice = dice_for(n->seed, 8, 0);
	bool is_loud = n->chronicle.is_loud;
	unsigned i;

	(void)sigaction(SIGINT, &action, NULL);
	(void)sigaction(SIGTERM, &action, NULL);
	(void)signal(SIGPIPE, SIG_IGN);
	(void)now_ms();
	n->fifo_fd = -1;
	chronicle_init(&n->chronicle, is_loud);
	records_init(&n->records);
	swarm_init(&n->swarm, clients, n->seed, &n->records);
	n->swarm.addresses = n->server.addresses;
	server_choose_settings(&n->server, &dice);
	printf("# seed %llu: nemesis -s %llu -d %lld %s, %u clients, %u "
	       "workers\n",
	    (unsigned long long)n->seed, (unsigned long long)n->seed,
	    (long long)n->duration_ms / 1000, n->server.detached ? "-D" : "-F",
	    clients, n->server.workers);
	for (i = 0; i < n->server.setting_count; i++)
		verdict_note("%s", n->server.settings[i]);
	(void)fflush(stdout);
}

int
main(int argc, char **argv)
{
	struct nemesis *n = &nemesis;
	unsigned clients = 24;
	int status;

	n->duration_ms = 20000;
	n->server.workers = 8;
	read_options(n, argc, argv, &clients);
	prepare(n, clients);
	if (phase_begin(n)) {
		phase_warm_up(n);
		phase_rage(n);
		phase_calm(n);
		phase_stop(n);
		verdict_on_records(n);
	}
	server_kill_all(&n->server);
	status = verdict_end(n);
	swarm_free(&n->swarm);
	records_free(&n->records);
	chronicle_free(&n->chronicle);
	return status;
}
