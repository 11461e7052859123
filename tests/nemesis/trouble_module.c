/*
 * What befalls the module: good and bad versions of it, by rename and written
 * over in place, and moods of the good one.  The folder has the good one as
 * good.so, and in bad/ those that no daemon should load.
 * Runs in: nemesis.
 */
#include "config.h"

#include <sys/stat.h>

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "folder.h"
#include "nemesis.h"

/* Modules of tests/fault that must be refused. */
static const char *const refused[] = { "abi", "size", "noentry", "noname",
	"undefined" };

static const char *const moods[] = { "load crash", "load exit", "load hang",
	"check fail", "check crash", "check exit", "check hang", "init fail",
	"init crash", "init exit", "init some", "init some", "init hang" };

#define REFUSED (sizeof(refused) / sizeof(refused[0]))
#define MOODS	(sizeof(moods) / sizeof(moods[0]))

static void
count_version(struct nemesis *n)
{
	char text[32];

	(void)snprintf(text, sizeof(text), "%lu\n", ++n->version);
	folder_replace_by_text(&n->server, "version", text);
}

void
trouble_install_module(struct nemesis *n)
{
	count_version(n);
	folder_replace_by_file(&n->server, "module.so", "good.so");
}

void
trouble_set_mood(struct nemesis *n, const char *mood)
{
	folder_replace_by_text(&n->server, "mood", mood);
}

void
strike_good_module(struct nemesis *n, struct dice *dice)
{
	(void)dice;
	trouble_install_module(n);
	chronicle_tell(&n->chronicle, now_ms(), "module version %lu, HUP",
	    n->version);
	(void)server_signal(&n->server, SIGHUP);
}

static void
let_go_of_fifo(struct nemesis *n)
{
	if (n->fifo_fd >= 0)
		(void)close(n->fifo_fd);
	n->fifo_fd = -1;
}

static void
cure_module(struct nemesis *n, long nothing)
{
	(void)nothing;
	trouble_install_module(n);
	let_go_of_fifo(n);
	trouble_kill_hung(n);
	chronicle_tell(&n->chronicle, now_ms(), "module version %lu",
	    n->version);
}

/* The good bytes, made bad; the name of what was done. */
static const char *
spoil(struct bytes *bytes, struct dice *dice)
{
	size_t i;

	switch (dice_below(dice, 4)) {
	case 0:
		bytes->count = 0;
		return "empty";
	case 1:
		bytes->count = dice_below(dice, (unsigned)bytes->count);
		return "cut off";
	case 2:
		for (i = 0; i < bytes->count; i++)
			bytes->data[i] = (char)dice_next(dice);
		return "of noise";
	default:
		memset(bytes->data, 0, bytes->count);
		return "of zeroes";
	}
}

static const char *
put_spoilt(struct nemesis *n, struct dice *dice, bool in_place)
{
	struct bytes bytes = folder_read(&n->server, "good.so");
	const char *how = "lacking";

	if (bytes.data != NULL)
		how = spoil(&bytes, dice);
	if (in_place)
		folder_write(&n->server, "module.so", 0, &bytes);
	else
		folder_replace(&n->server, "module.so", &bytes);
	free(bytes.data);
	return how;
}

/* Something that is no file. */
static const char *
put_strange(struct nemesis *n, struct dice *dice)
{
	char path[SERVER_PATH];

	(void)unlink(server_path(&n->server, "module.so", path));
	switch (dice_below(dice, 5)) {
	case 0:
		(void)mkdir(path, 0755);
		return "a folder";
	case 1:
		/* Held open, so that who opens it waits in read(2), and has an
		 * end of file when we let go. */
		(void)mkfifo(path, 0666);
		let_go_of_fifo(n);
		n->fifo_fd = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
		return "a FIFO";
	case 2:
		(void)!symlink("module.so", path);
		return "a link to itself";
	case 3:
		(void)!symlink("/dev/zero", path);
		return "/dev/zero";
	default:
		return "nowhere";
	}
}

static const char *
put_bad(struct nemesis *n, struct dice *dice)
{
	const char *name = refused[dice_below(dice, REFUSED)];
	char file[64];

	switch (dice_below(dice, 3)) {
	case 0:
		return put_spoilt(n, dice, false);
	case 1:
		return put_strange(n, dice);
	default:
		(void)snprintf(file, sizeof(file), "bad/%s.so", name);
		folder_replace_by_file(&n->server, "module.so", file);
		return name;
	}
}

void
strike_bad_module(struct nemesis *n, struct dice *dice)
{
	const char *what = put_bad(n, dice);

	chronicle_tell(&n->chronicle, now_ms(), "module is %s, HUP", what);
	(void)server_signal(&n->server, SIGHUP);
	misfortune_later(n, dice_between(dice, 20, 700), cure_module, 0);
}

void
strike_good_in_place(struct nemesis *n, struct dice *dice)
{
	struct bytes bytes = folder_read(&n->server, "good.so");

	(void)dice;
	count_version(n);
	chronicle_tell(&n->chronicle, now_ms(),
	    "module version %lu in place, HUP", n->version);
	folder_write(&n->server, "module.so", 0, &bytes);
	free(bytes.data);
	(void)server_signal(&n->server, SIGHUP);
}

void
strike_bad_in_place(struct nemesis *n, struct dice *dice)
{
	const char *how;

	how = put_spoilt(n, dice, true);
	chronicle_tell(&n->chronicle, now_ms(), "module is %s in place, HUP",
	    how);
	(void)server_signal(&n->server, SIGHUP);
	misfortune_later(n, dice_between(dice, 20, 700), cure_module, 0);
}

static void
cure_mood(struct nemesis *n, long nothing)
{
	(void)nothing;
	trouble_set_mood(n, "ok");
	trouble_kill_hung(n);
	chronicle_tell(&n->chronicle, now_ms(), "mood is ok");
}

void
strike_mood(struct nemesis *n, struct dice *dice)
{
	const char *mood = moods[dice_below(dice, MOODS)];

	trouble_set_mood(n, mood);
	chronicle_tell(&n->chronicle, now_ms(), "mood is %s, HUP", mood);
	(void)server_signal(&n->server, SIGHUP);
	misfortune_later(n, dice_between(dice, 20, 700), cure_mood, 0);
}
