/*
 * What befalls the daemon's program and its log, and how busy the clients are.
 * Runs in: nemesis.
 */
#include "config.h"

#include <sys/stat.h>

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "folder.h"
#include "nemesis.h"

#define BALLAST_BYTES 65536

/* Shell scripts in place of the program. */
static const char *const bad_programs[] = { "exit 1", "exit 0", "kill -SEGV $$",
	"echo $$ >>\"$NEMESIS_DIR/hung\"; read x <never",
	"echo oh >&2; exit 3" };

#define BAD_PROGRAMS (sizeof(bad_programs) / sizeof(bad_programs[0]))

void
trouble_install_program(struct nemesis *n)
{
	folder_replace_by_file(&n->server, "bin/preforkd", "program");
}

void
strike_upgrade(struct nemesis *n, struct dice *dice)
{
	(void)dice;
	trouble_install_program(n);
	chronicle_tell(&n->chronicle, now_ms(), "program is new, USR2");
	(void)server_signal(&n->server, SIGUSR2);
}

static void
cure_program(struct nemesis *n, long nothing)
{
	(void)nothing;
	trouble_install_program(n);
	trouble_kill_hung(n);
	chronicle_tell(&n->chronicle, now_ms(), "program is good");
}

static const char *
put_bad_program(struct nemesis *n, struct dice *dice)
{
	const char *text = bad_programs[dice_below(dice, BAD_PROGRAMS)];
	char path[SERVER_PATH], script[128];

	(void)server_path(&n->server, "bin/preforkd", path);
	switch (dice_below(dice, 5)) {
	case 0:
		(void)unlink(path);
		return "missing";
	case 1:
		trouble_install_program(n);
		(void)chmod(path, 0644);
		return "not executable";
	case 2:
		folder_replace_by_text(&n->server, "bin/preforkd",
		    "\177ELF, or is it?");
		return "no program";
	default:
		(void)snprintf(script, sizeof(script), "#!/bin/sh\n%s\n", text);
		folder_replace_by_text(&n->server, "bin/preforkd", script);
		return text;
	}
}

void
strike_bad_upgrade(struct nemesis *n, struct dice *dice)
{
	const char *what = put_bad_program(n, dice);

	chronicle_tell(&n->chronicle, now_ms(), "program is %s, USR2", what);
	(void)server_signal(&n->server, SIGUSR2);
	misfortune_later(n, dice_between(dice, 20, 700), cure_program, 0);
}

static void
swap_program(struct nemesis *n, long number)
{
	struct dice dice = dice_for(n->seed, 7, (uint64_t)number);
	const char *what = put_bad_program(n, &dice);

	chronicle_tell(&n->chronicle, now_ms(), "program is now %s", what);
}

/* What was rehearsed is another one than is there when it is run. */
void
strike_swap(struct nemesis *n, struct dice *dice)
{
	unsigned delay_ms = dice_between(dice, 0, 60);

	strike_upgrade(n, dice);
	misfortune_later(n, delay_ms, swap_program, (long)n->strikes);
	misfortune_later(n, delay_ms + dice_between(dice, 20, 400),
	    cure_program, 0);
}

void
trouble_free_disk(struct nemesis *n)
{
	char path[SERVER_PATH];

	if (n->small_disk)
		(void)unlink(server_path(&n->server, "log/ballast", path));
}

static void
cure_disk(struct nemesis *n, long nothing)
{
	(void)nothing;
	trouble_free_disk(n);
	chronicle_tell(&n->chronicle, now_ms(), "the log disk has room");
}

void
strike_disk(struct nemesis *n, struct dice *dice)
{
	static const char ballast[BALLAST_BYTES];
	char path[SERVER_PATH];
	int fd = open(server_path(&n->server, "log/ballast", path),
	    O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);

	if (fd == -1)
		return;
	while (write(fd, ballast, sizeof(ballast)) > 0)
		continue;
	while (write(fd, ballast, 512) > 0)
		continue;
	(void)close(fd);
	chronicle_tell(&n->chronicle, now_ms(), "the log disk is full");
	misfortune_later(n, dice_between(dice, 5, 900), cure_disk, 0);
}

void
strike_tide(struct nemesis *n, struct dice *dice)
{
	static const unsigned rests_ms[] = { 1, 5, 20, 100, 400 };

	n->swarm.rest_most_ms = rests_ms[dice_below(dice, 5)];
	chronicle_tell(&n->chronicle, now_ms(), "clients rest up to %u ms",
	    n->swarm.rest_most_ms);
}
