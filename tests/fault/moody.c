/*
 * An echo handler whose start depends on the day: worker_init does what the
 * file "mood" in the worker's directory says, so that a reload may fail where
 * the start did not.
 *
 *	fail crash exit hang	as they say
 *	some			fail in one process of seven
 *	wait			until somebody opens the FIFO "gate" to write;
 *				its pid is in the file "waits" then
 *	brief			the same; then it dies, soon after it is READY
 *
 * Runs in: worker.
 */
#include "config.h"

#include <sys/time.h>

#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <prefork/module.h>

#define MOOD_BYTES 16
#define EXIT_CODE  3

/* "" where there is no file. */
static void
read_mood(char mood[MOOD_BYTES])
{
	int fd = open("mood", O_RDONLY);
	ssize_t got = 0;

	if (fd != -1) {
		got = read(fd, mood, MOOD_BYTES - 1);
		close(fd);
	}
	mood[got > 0 ? got : 0] = '\0';
	mood[strcspn(mood, "\n")] = '\0';
}

static _Noreturn void
hang(void)
{
	for (;;)
		pause();
}

/* Not a wild store: a sanitizer would turn it into an exit. */
static _Noreturn void
crash(void)
{
	signal(SIGSEGV, SIG_DFL);
	raise(SIGSEGV);
	abort();
}

static void
tell_pid(void)
{
	FILE *file = fopen("waits", "w");

	if (file == NULL)
		return;
	(void)fprintf(file, "%ld\n", (long)getpid());
	(void)fclose(file);
}

static void
wait_at_gate(void)
{
	int fd;

	tell_pid();
	fd = open("gate", O_RDONLY);
	if (fd != -1)
		close(fd);
}

/* By a timer, which counts while others are stopped. */
static void
die_soon(void)
{
	struct itimerval life = { .it_value = { .tv_usec = 500000 } };

	signal(SIGALRM, SIG_DFL);
	setitimer(ITIMER_REAL, &life, NULL);
}

static bool
must_fail(const char *mood)
{
	return strcmp(mood, "fail") == 0 ||
	    (strcmp(mood, "some") == 0 && getpid() % 7 == 0);
}

static int
worker_init(const void *config, void **worker_data, char *reason,
    size_t reason_bytes)
{
	char mood[MOOD_BYTES];

	(void)config;
	*worker_data = NULL;
	read_mood(mood);
	if (must_fail(mood)) {
		snprintf(reason, reason_bytes, "not in the mood");
		return -1;
	}
	if (strcmp(mood, "crash") == 0)
		crash();
	if (strcmp(mood, "exit") == 0)
		exit(EXIT_CODE);
	if (strcmp(mood, "hang") == 0)
		hang();
	if (strcmp(mood, "wait") == 0 || strcmp(mood, "brief") == 0)
		wait_at_gate();
	if (strcmp(mood, "brief") == 0)
		die_soon();
	return 0;
}

static int
handle(struct prefork_conn *conn)
{
	static char buffer[4096];
	ssize_t got;

	while ((got = prefork_read(conn, buffer, sizeof(buffer))) > 0)
		if (prefork_write(conn, buffer, (size_t)got) != got)
			return -1;
	return (int)got;
}

PREFORK_MODULE = {
	PREFORK_MODULE_HEAD,
	.name = "moody",
	.version = "1.0",
	.summary = "echoes, if it cares to start",
	.flags = PREFORK_CLIENT_FIRST,
	.worker_init = worker_init,
	.handle = handle,
};
