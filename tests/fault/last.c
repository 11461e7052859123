/*
 * Commands that bring a worker where its last words are hard to say.
 *
 *	smash	overwrite the stack of all callers, then ABRT
 *	deep	use up the stack but for some hundred bytes, then ABRT
 *	churn	malloc and stdio for ever: a signal comes in their midst
 *
 * Runs in: worker.
 */
#include "config.h"

#include <sys/resource.h>

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fault.h"

#define SMASHED_BYTES 8192
/* Enough to call kill(2); no signal frame is as small. */
#define LEFT_BYTES  400
#define STACK_LIMIT 16384
#define CHUNK_BYTES 300000

/* What a sanitizer would object to is the purpose. */
#if defined(__GNUC__) || defined(__clang__)
#define UNCHECKED __attribute__((noinline, no_sanitize("address", "undefined")))
#else
#define UNCHECKED
#endif

/* Upwards, over the frames of all callers that are near.  Their canaries are
 * never looked at, because nobody returns. */
UNCHECKED static void
overwrite_stack(void)
{
	volatile unsigned char here[16];
	volatile unsigned char *byte = here;
	int i;

	for (i = 0; i < SMASHED_BYTES; i++)
		byte[i] = 0xa5;
	raise(SIGABRT);
}

static enum next
do_smash(struct prefork_conn *conn, const char *argument)
{
	(void)conn;
	(void)argument;
	overwrite_stack();
	return NEXT_RETURN;
}

/* The lowest address of the stack as it is, or 0. */
static uintptr_t
stack_end(void)
{
	FILE *maps = fopen("/proc/self/maps", "r");
	uintptr_t end = 0, begin;
	char line[512];

	while (maps != NULL && fgets(line, sizeof(line), maps) != NULL)
		if (strstr(line, "[stack]") != NULL &&
		    sscanf(line, "%" SCNxPTR, &begin) == 1)
			end = begin;
	if (maps != NULL)
		fclose(maps);
	return end;
}

/* The store after the call keeps it from being a jump. */
UNCHECKED static void
descend(uintptr_t end)
{
	volatile unsigned char frame[32];

	frame[0] = 0;
	if ((uintptr_t)frame < end + LEFT_BYTES)
		kill(getpid(), SIGABRT);
	else
		descend(end);
	frame[1] = 0;
}

static enum next
do_deep(struct prefork_conn *conn, const char *argument)
{
	const struct rlimit limit = { STACK_LIMIT, STACK_LIMIT };
	uintptr_t end = stack_end();

	(void)conn;
	(void)argument;
	/* The dynamic linker must not need room when they are called below. */
	kill(getpid(), 0);
	if (end != 0 && setrlimit(RLIMIT_STACK, &limit) == 0)
		descend(end);
	return NEXT_OK;
}

static enum next
do_churn(struct prefork_conn *conn, const char *argument)
{
	FILE *null = fopen("/dev/null", "w");
	void *volatile memory;

	(void)conn;
	(void)argument;
	while (null != NULL) {
		memory = malloc(CHUNK_BYTES);
		fprintf(null, "%p %f\n", memory, 0.1);
		fflush(null);
		free(memory);
	}
	return NEXT_RETURN;
}

const struct command last_commands[] = {
	{ "smash", do_smash },
	{ "deep", do_deep },
	{ "churn", do_churn },
	{ NULL, NULL },
};
