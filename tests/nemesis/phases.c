/*
 * The first two phases of the test: the daemon is started and does everything
 * once, then it is raged at.  And what all phases share.
 * Runs in: nemesis.
 */
#include "config.h"

#include <sys/stat.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "folder.h"
#include "phases.h"

#define WARM_UP_ROUNDS 8

struct baseline baseline;

/* Of the daemon before a reload. */
static struct crowd before;

static bool
has_new_workers_only(struct nemesis *n)
{
	static struct crowd crowd;
	unsigned i;

	crowd_of_children(n->server.pid, &crowd);
	if (crowd.count != n->server.workers)
		return false;
	for (i = 0; i < crowd.count; i++)
		if (crowd.of[i].state == 'Z' ||
		    crowd_has(&before, crowd.of[i].pid))
			return false;
	return true;
}

bool
phase_has_all_workers(struct nemesis *n)
{
	static struct crowd crowd;

	crowd_of_children(n->server.pid, &crowd);
	return crowd.count == n->server.workers && crowd_zombies(&crowd) == 0;
}

static bool
is_silent(struct nemesis *n)
{
	return swarm_open_before(&n->swarm, INT64_MAX) == 0;
}

/* How long a good reload takes, or -1. */
int64_t
phase_reload(struct nemesis *n, int64_t limit_ms)
{
	int64_t begin_ms = now_ms();

	crowd_of_children(n->server.pid, &before);
	trouble_install_module(n);
	chronicle_tell(&n->chronicle, begin_ms, "module version %lu, HUP",
	    n->version);
	(void)server_signal(&n->server, SIGHUP);
	if (!nemesis_wait(n, has_new_workers_only, limit_ms))
		return -1;
	return now_ms() - begin_ms;
}

void
phase_fall_silent(struct nemesis *n)
{
	n->swarm.mode = SWARM_SILENT;
	if (!nemesis_wait(n, is_silent, nemesis_patience(n, SERVED_MS)))
		swarm_give_up(&n->swarm, now_ms());
}

/* ------------------------------------------------------------ beginning */

static void
make_files(struct nemesis *n)
{
	char path[SERVER_PATH];

	(void)umask(0);
	folder_replace_by_text(&n->server, "hung", "");
	(void)chmod(server_path(&n->server, "hung", path), 0666);
	(void)mkfifo(server_path(&n->server, "never", path), 0666);
	(void)chmod(n->server.folder, 0777);
	(void)chmod(server_path(&n->server, "log", path), 0777);
	trouble_set_mood(n, "ok");
	trouble_install_module(n);
	trouble_install_program(n);
}

static void
print_start_log(const struct nemesis *n)
{
	struct bytes log = folder_read(&n->server, "log/log");

	if (log.data == NULL)
		return;
	printf("# the daemon said: %.*s\n", (int)log.count, log.data);
	free(log.data);
}

bool
phase_begin(struct nemesis *n)
{
	char path[SERVER_PATH];

	make_files(n);
	if (!verdict(server_start(&n->server), "the daemon starts")) {
		print_start_log(n);
		return false;
	}
	if (!n->server.detached)
		chronicle_follow(&n->chronicle,
		    server_path(&n->server, "log/log", path));
	n->swarm.address_count = n->server.address_count;
	return verdict(nemesis_wait(n, phase_has_all_workers,
			   nemesis_patience(n, SERVED_MS)),
	    "all workers are there");
}

/* ----------------------------------------------------------- warming up */

static void
send_some(struct nemesis *n, int signo, unsigned count)
{
	while (count-- > 0) {
		(void)server_signal(&n->server, signo);
		nemesis_pass(n, 20);
	}
}

static bool
is_upgraded_or_refused(struct nemesis *n)
{
	char path[SERVER_PATH];
	struct stat status;

	n->can_upgrade =
	    stat(server_path(&n->server, "bin/preforkd", path), &status) == 0 &&
	    program_of(n->server.pid) == status.st_ino;
	return n->can_upgrade || n->chronicle.upgrades_refused > 0;
}

bool
phase_upgrade(struct nemesis *n, int64_t limit_ms)
{
	trouble_install_program(n);
	chronicle_tell(&n->chronicle, now_ms(), "program is new, USR2");
	(void)server_signal(&n->server, SIGUSR2);
	return nemesis_wait(n, is_upgraded_or_refused, limit_ms);
}

static void
fail_once(struct nemesis *n, const char *mood)
{
	unsigned long failed = n->chronicle.reloads_bad;

	trouble_set_mood(n, mood);
	(void)server_signal(&n->server, SIGHUP);
	while (!n->server.detached && n->chronicle.reloads_bad == failed &&
	    now_ms() < SERVED_MS * 2)
		nemesis_turn(n, now_ms() + 100);
	if (n->server.detached)
		nemesis_pass(n, 100);
	trouble_set_mood(n, "ok");
}

static void
note_mapping(struct nemesis *n)
{
	static struct crowd crowd;
	char path[SERVER_PATH];

	crowd_of_children(n->server.pid, &crowd);
	n->maps_itself = crowd.count > 0 &&
	    has_mapped(crowd.of[0].pid,
		server_path(&n->server, "module.so", path));
}

static void
do_everything_once(struct nemesis *n)
{
	struct dice dice = dice_for(n->seed, 4, 0);
	int64_t limit_ms = nemesis_patience(n, SERVED_MS);
	unsigned i;

	for (i = 0; i < WARM_UP_ROUNDS; i++)
		(void)phase_reload(n, limit_ms);
	fail_once(n, "init fail");
	fail_once(n, "check fail");
	send_some(n, SIGTTIN, 4);
	strike_kill_all(n, &dice);
	send_some(n, SIGTTOU, 4);
	send_some(n, SIGUSR1, 2);
	for (i = 0; i < WARM_UP_ROUNDS; i++) {
		(void)server_signal(&n->server, SIGHUP);
		nemesis_pass(n, 5);
	}
	(void)phase_upgrade(n, n->server.detached ? 1000 : limit_ms);
}

void
phase_warm_up(struct nemesis *n)
{
	n->swarm.mode = SWARM_CALM;
	n->swarm.rest_most_ms = 10;
	do_everything_once(n);
	(void)nemesis_wait(n, phase_has_all_workers,
	    nemesis_patience(n, SERVED_MS));
	phase_fall_silent(n);
	verdict(phase_reload(n, nemesis_patience(n, SERVED_MS)) != -1,
	    "a reload replaces all workers");
	note_mapping(n);
	baseline.descriptors = descriptors_of(n->server.pid);
	baseline.memory_kib = memory_of(n->server.pid);
}

/* --------------------------------------------------------------- raging */

static bool
is_betrayed(struct nemesis *n)
{
	return n->swarm.is_betrayed || n->server.gone ||
	    n->disorder[0] != '\0' || n->chronicle.forbidden[0] != '\0';
}

void
phase_rage(struct nemesis *n)
{
	n->swarm.mode = SWARM_WILD;
	n->is_raging = true;
	n->strike_ms = now_ms();
	/* What is wrong now is not buried under what follows. */
	(void)nemesis_wait(n, is_betrayed, n->duration_ms);
	misfortune_end(n);
}
