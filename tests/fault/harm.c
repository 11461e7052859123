/*
 * Commands that do harm to the worker.
 *
 *	segv abort exit N hang block stop leakfds N leakmem MIB ignoreterm
 *	closelisteners chdir DIR umask OCTAL mask noclose close retire
 *	note TEXT scribble silence
 *
 * Runs in: worker.
 */
#include "config.h"

#include <sys/stat.h>

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/msg.h"
#include "fault.h"
#include "scoreboard/layout.h"

#define MEBIBYTE     (1024 * 1024)
#define FDS_TO_CLOSE 1024

struct block {
	struct block *next;
	char bytes[MEBIBYTE];
};

_Noreturn void
fault_crash(void)
{
	/* raise() and not a wild store: a sanitizer would turn the store into
	 * an exit. */
	signal(SIGSEGV, SIG_DFL);
	raise(SIGSEGV);
	abort();
}

_Noreturn void
fault_hang(void)
{
	static volatile unsigned turns;

	for (;;)
		turns++;
}

static enum next
do_segv(struct prefork_conn *conn, const char *argument)
{
	(void)conn;
	(void)argument;
	fault_crash();
}

static enum next
do_abort(struct prefork_conn *conn, const char *argument)
{
	(void)conn;
	(void)argument;
	abort();
}

static enum next
do_exit(struct prefork_conn *conn, const char *argument)
{
	(void)conn;
	exit(atoi(argument));
}

static enum next
do_hang(struct prefork_conn *conn, const char *argument)
{
	(void)conn;
	(void)argument;
	fault_hang();
}

static _Noreturn void
wait_for_ever(void)
{
	for (;;)
		pause();
}

static enum next
do_block(struct prefork_conn *conn, const char *argument)
{
	(void)conn;
	(void)argument;
	wait_for_ever();
}

static enum next
do_stop(struct prefork_conn *conn, const char *argument)
{
	(void)conn;
	(void)argument;
	return raise(SIGSTOP) == 0 ? NEXT_OK : NEXT_RETURN;
}

static enum next
do_leakfds(struct prefork_conn *conn, const char *argument)
{
	int count = atoi(argument);
	int i;

	for (i = 0; i < count; i++) {
		if (open("/dev/null", O_RDONLY) == -1)
			break;
	}
	fault_say(conn, "leaked %d\n", i);
	return NEXT_LINE;
}

static enum next
do_leakmem(struct prefork_conn *conn, const char *argument)
{
	/* So that neither the compiler nor a leak checker loses sight. */
	static struct block *volatile last;
	int count = atoi(argument);
	struct block *block;
	int i;

	for (i = 0; i < count; i++) {
		block = malloc(sizeof(*block));
		if (block == NULL)
			break;
		memset(block->bytes, 1, sizeof(block->bytes));
		block->next = last;
		last = block;
	}
	fault_say(conn, "leaked %d\n", i);
	return NEXT_LINE;
}

static enum next
do_ignoreterm(struct prefork_conn *conn, const char *argument)
{
	(void)conn;
	(void)argument;
	signal(SIGTERM, SIG_IGN);
	signal(SIGQUIT, SIG_IGN);
	return NEXT_OK;
}

static enum next
do_closelisteners(struct prefork_conn *conn, const char *argument)
{
	int fd;

	(void)argument;
	for (fd = 3; fd < FDS_TO_CLOSE; fd++) {
		if (fd != prefork_conn_fd(conn))
			close(fd);
	}
	return NEXT_OK;
}

static enum next
do_chdir(struct prefork_conn *conn, const char *argument)
{
	if (chdir(argument[0] != '\0' ? argument : "/tmp") == 0)
		return NEXT_OK;
	fault_say(conn, "failed\n");
	return NEXT_LINE;
}

static enum next
do_umask(struct prefork_conn *conn, const char *argument)
{
	(void)conn;
	umask((mode_t)strtoul(argument, NULL, 8));
	return NEXT_OK;
}

static enum next
do_mask(struct prefork_conn *conn, const char *argument)
{
	sigset_t all;

	(void)conn;
	(void)argument;
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, NULL);
	return NEXT_OK;
}

static enum next
do_noclose(struct prefork_conn *conn, const char *argument)
{
	(void)conn;
	(void)argument;
	return NEXT_RETURN;
}

/* What a module must not do: the core closes. */
static enum next
do_close(struct prefork_conn *conn, const char *argument)
{
	(void)argument;
	close(prefork_conn_fd(conn));
	return NEXT_RETURN;
}

static enum next
do_retire(struct prefork_conn *conn, const char *argument)
{
	(void)argument;
	prefork_conn_retire(conn);
	return NEXT_OK;
}

/* With each piece of memory that all share: a line of maps(5) is
 * "begin-end perms offset dev inode path". */
static void
with_shared(void (*spoil)(void *begin, size_t bytes))
{
	FILE *maps = fopen("/proc/self/maps", "re");
	unsigned long begin, end;
	char line[512];

	while (maps != NULL && fgets(line, sizeof(line), maps) != NULL)
		if (strstr(line, " rw-s ") != NULL &&
		    strstr(line, "prefork") != NULL &&
		    sscanf(line, "%lx-%lx", &begin, &end) == 2)
			spoil((void *)begin, end - begin);
	if (maps != NULL)
		(void)fclose(maps);
}

static void
write_over(void *begin, size_t bytes)
{
	memset(begin, 0xff, bytes);
}

static enum next
do_scribble(struct prefork_conn *conn, const char *argument)
{
	(void)conn;
	(void)argument;
	with_shared(write_over);
	return NEXT_OK;
}

static void
set_level(void *begin, size_t bytes)
{
	struct scoreboard_header *header = begin;

	if (bytes > sizeof(*header) && header->magic == SCOREBOARD_MAGIC)
		atomic_store(&header->log_level, LEVEL_ERROR + 1);
}

/* All that look at the board for it log errors only. */
static enum next
do_silence(struct prefork_conn *conn, const char *argument)
{
	(void)conn;
	(void)argument;
	with_shared(set_level);
	return NEXT_OK;
}

static enum next
do_note(struct prefork_conn *conn, const char *argument)
{
	prefork_conn_note(conn, argument);
	return NEXT_OK;
}

const struct command harm_commands[] = {
	{ "segv", do_segv },
	{ "abort", do_abort },
	{ "exit", do_exit },
	{ "hang", do_hang },
	{ "block", do_block },
	{ "stop", do_stop },
	{ "leakfds", do_leakfds },
	{ "leakmem", do_leakmem },
	{ "ignoreterm", do_ignoreterm },
	{ "closelisteners", do_closelisteners },
	{ "chdir", do_chdir },
	{ "umask", do_umask },
	{ "mask", do_mask },
	{ "noclose", do_noclose },
	{ "close", do_close },
	{ "retire", do_retire },
	{ "note", do_note },
	{ "scribble", do_scribble },
	{ "silence", do_silence },
	{ NULL, NULL },
};
