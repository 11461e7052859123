/*
 * The last two phases of the test: all is well again and looked at; then the
 * daemon is stopped, with clients waiting.
 * Runs in: nemesis.
 */
#include "config.h"

#include <sys/wait.h>

#include <glob.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "folder.h"
#include "phases.h"

#define RELOAD_MS  1000 /* after all misfortunes */
#define CALM_MS	   600
#define WAIT_MS	   500
#define IDLE_MS	   1000
#define GROWTH_KIB 256
#define STOP_MS	   9000
#define UPGRADE_MS 15000

/* -------------------------------------------------------------- calming */

static bool
has_no_wild(struct nemesis *n)
{
	return swarm_open_wild(&n->swarm) == 0;
}

static void
look_at_reload(struct nemesis *n)
{
	int64_t took_ms, limit_ms, begin_ms = now_ms();

	n->late_ms = 0;
	took_ms = phase_reload(n, SERVED_MS);
	limit_ms = nemesis_patience(n, RELOAD_MS);
	if (!verdict(took_ms != -1 && took_ms <= limit_ms,
		"a good reload restores all workers at once (%lld ms of %lld)",
		(long long)took_ms, (long long)limit_ms))
		chronicle_print(&n->chronicle, begin_ms - 1000, now_ms());
}

static void
look_at_service(struct nemesis *n)
{
	n->late_ms = 0;
	n->swarm.rest_most_ms = 100;
	swarm_calm_begins(&n->swarm, now_ms());
	nemesis_pass(n, CALM_MS);
	verdict(n->swarm.calm_wait_ms <= nemesis_patience(n, WAIT_MS),
	    "nobody waits (%lld ms, at %lld)", (long long)n->swarm.calm_wait_ms,
	    (long long)n->swarm.calm_wait_at_ms);
	verdict(n->swarm.calm_version == n->version,
	    "the version that was installed last serves (%lu of %lu)",
	    n->swarm.calm_version, n->version);
}

static void
look_at_upgrade(struct nemesis *n)
{
	static const char what[] = "an upgrade in place runs the new program";

	if (n->can_upgrade)
		verdict(phase_upgrade(n, nemesis_patience(n, UPGRADE_MS)) &&
			n->can_upgrade && phase_reload(n, SERVED_MS) != -1,
		    what);
	else
		verdict_skip(what, "this version cannot, or has no log");
}

static bool
has_baseline_descriptors(struct nemesis *n)
{
	char *now = descriptors_of(n->server.pid);
	bool same = now != NULL && baseline.descriptors != NULL &&
	    strcmp(now, baseline.descriptors) == 0;

	free(now);
	return same;
}

static void
look_at_descriptors(struct nemesis *n)
{
	char *now;

	if (verdict(nemesis_wait(n, has_baseline_descriptors, 1000),
		"the master has open what it had at the start"))
		return;
	now = descriptors_of(n->server.pid);
	printf("# before:\n%s# now:\n%s", baseline.descriptors,
	    now != NULL ? now : "");
	free(now);
}

static void
look_at_memory(struct nemesis *n)
{
	long now_kib = memory_of(n->server.pid);
	static const char what[] = "the master's memory has not grown";

	if (n->server.sanitized || baseline.memory_kib == -1) {
		verdict_skip(what, "a sanitizer keeps what was freed");
		return;
	}
	verdict(now_kib - baseline.memory_kib <= GROWTH_KIB,
	    "%s (from %ld to %ld KiB)", what, baseline.memory_kib, now_kib);
}

static unsigned long
ticks_of(pid_t pid)
{
	struct process process;

	return process_read(pid, &process) ? process.ticks : 0;
}

static void
look_at_rest(struct nemesis *n)
{
	static struct crowd crowd;
	unsigned long ticks = ticks_of(n->server.pid);

	nemesis_pass(n, IDLE_MS);
	ticks = ticks_of(n->server.pid) - ticks;
	verdict(ticks <= 1, "the idle master rests (%lu ticks in %d ms)", ticks,
	    IDLE_MS);
	crowd_of_marked(n->server.mark, &crowd);
	verdict(phase_has_all_workers(n) &&
		crowd.count == n->server.workers + 1,
	    "the master and its workers are all there is (%u)", crowd.count);
}

void
phase_calm(struct nemesis *n)
{
	bool all_served;

	if (!verdict(!n->server.gone, "the master is the one that was started"))
		return;
	n->swarm.mode = SWARM_CALM;
	n->swarm.rest_most_ms = 20;
	all_served =
	    nemesis_wait(n, has_no_wild, nemesis_patience(n, SERVED_MS));
	verdict(all_served,
	    "who came while it raged is served when it is over");
	look_at_reload(n);
	look_at_service(n);
	/* Before the upgrade, with which it is all new. */
	phase_fall_silent(n);
	look_at_memory(n);
	n->swarm.mode = SWARM_CALM;
	look_at_upgrade(n);
	phase_fall_silent(n);
	look_at_descriptors(n);
	look_at_rest(n);
}

/* ------------------------------------------------------------- stopping */

static bool
is_gone(struct nemesis *n)
{
	return server_is_gone(&n->server);
}

static bool
nobody_is_left(struct nemesis *n)
{
	static struct crowd crowd;

	(void)server_is_gone(&n->server);
	crowd_of_marked(n->server.mark, &crowd);
	return crowd.count == 0;
}

/* A search for leaks that a signal or a limit cut short is none. */
static bool
is_report(const char *text)
{
	return strstr(text, "ERROR: ") != NULL ||
	    strstr(text, "runtime error:") != NULL;
}

static bool
print_left(const struct nemesis *n, const char *path)
{
	struct bytes bytes =
	    folder_read(&n->server, path + strlen(n->server.folder) + 1);
	bool counts = bytes.data == NULL ||
	    strstr(path, "sanitizer.") == NULL || is_report(bytes.data);

	if (counts)
		printf("# left behind: %s\n# %s\n", path,
		    bytes.data != NULL ? bytes.data : "");
	free(bytes.data);
	return counts;
}

static unsigned
print_matches(const struct nemesis *n, const char *pattern)
{
	char path[SERVER_PATH];
	unsigned found = 0;
	glob_t matches;
	size_t i;

	if (glob(server_path(&n->server, pattern, path), 0, NULL, &matches) !=
	    0)
		return 0;
	for (i = 0; i < matches.gl_pathc; i++)
		found += print_left(n, matches.gl_pathv[i]);
	globfree(&matches);
	return found;
}

/* Without the ways that a system has to take a queue over, who connects in
 * the last moment may be lost. */
static void
bring_clients(struct nemesis *n)
{
	if (n->posix_only)
		return;
	n->swarm.mode = SWARM_WILD;
	n->swarm.rest_most_ms = 2;
	nemesis_pass(n, 200);
}

static void
kill_somebody(struct nemesis *n, long number)
{
	struct dice dice = dice_for(n->seed, 5, (uint64_t)number);

	strike_kill(n, &dice);
}

static void
send_ignored(struct nemesis *n, long signo)
{
	(void)server_signal(&n->server, (int)signo);
}

/* Neither a worker that dies with a connection that it was handed nor signals
 * that come too late may cost another one. */
static void
disturb_stop(struct nemesis *n)
{
	static const int ignored[] = { SIGHUP, SIGUSR1, SIGUSR2, SIGTTIN,
		SIGTTOU, SIGWINCH, SIGPIPE };
	struct dice dice = dice_for(n->seed, 6, 0);
	unsigned i;

	for (i = dice_below(&dice, 6); i > 0; i--)
		misfortune_later(n, dice_below(&dice, 60), kill_somebody,
		    (long)i);
	for (i = dice_below(&dice, 12); i > 0; i--)
		misfortune_later(n, dice_below(&dice, 60), send_ignored,
		    ignored[dice_below(&dice, 7)]);
}

void
phase_stop(struct nemesis *n)
{
	bool gone;

	if (n->server.gone)
		return;
	bring_clients(n);
	n->swarm.is_stopping = true;
	chronicle_tell(&n->chronicle, now_ms(), "TERM");
	(void)server_signal(&n->server, SIGTERM);
	disturb_stop(n);
	gone = nemesis_wait(n, is_gone, nemesis_patience(n, STOP_MS));
	verdict(gone, "TERM ends it");
	if (gone && !n->server.detached)
		verdict(WIFEXITED(n->server.status) &&
			WEXITSTATUS(n->server.status) == 0,
		    "with 0 (status %d)", n->server.status);
	phase_fall_silent(n);
	verdict(nemesis_wait(n, nobody_is_left, 2000), "nobody is left");
	verdict(print_matches(n, "sock") + print_matches(n, "pid") +
		    print_matches(n, "core*") +
		    print_matches(n, "sanitizer.*") ==
		0,
	    "nothing is left");
	free(baseline.descriptors);
}
