/*
 * The helper: one short-lived child that tries something for the master, a
 * new generation's handlers (probe) or a new binary (rehearsal), or asks what
 * names of hosts mean (look-up), and says how
 * it went through a pipe, which is its standard error too.  It leads a process
 * group, so that what it starts goes with it, and has a deadline.
 * Runs in: master.
 */
#include "config.h"

#include <sys/wait.h>

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"
#include "master/look_up.h"
#include "master/spawn.h"
#include "master/state.h"
#include "wire/report.h"

/* Only the end is of interest: the verdict is the last line. */
static void
keep_last(struct helper *helper, const char *data, size_t bytes)
{
	size_t room = sizeof(helper->text) - 1, drop;

	if (bytes > room) {
		data += bytes - room;
		bytes = room;
	}
	drop = helper->have + bytes > room ? helper->have + bytes - room : 0;
	helper->have -= drop;
	memmove(helper->text, helper->text + drop, helper->have);
	memcpy(helper->text + helper->have, data, bytes);
	helper->have += bytes;
	helper->text[helper->have] = '\0';
}

static void
stop_listening(struct helper *helper, struct loop *loop)
{
	if (helper->watch.fd < 0)
		return;
	loop_remove(loop, &helper->watch);
	fd_close(&helper->watch.fd);
}

/* Bounded: one that floods must not keep the master. */
static void
listen_to(struct master *m)
{
	struct helper *helper = &m->helper;
	char bytes[4096];
	ssize_t got;
	int turns;

	for (turns = 0; turns < 16 && helper->watch.fd >= 0; turns++) {
		got = read(helper->watch.fd, bytes, sizeof(bytes));
		if (got == -1 && errno == EINTR)
			continue;
		if (got == -1 && (errno == EAGAIN || errno == EWOULDBLOCK))
			return;
		if (got <= 0)
			stop_listening(helper, m->loop);
		else
			keep_last(helper, bytes, (size_t)got);
	}
}

static void
helper_ready(void *arg, short revents)
{
	(void)revents;
	listen_to(arg);
}

static void
forget(struct master *m)
{
	stop_listening(&m->helper, m->loop);
	m->helper = (struct helper) { .watch = { .fd = -1 } };
}

int
helper_start(struct master *m, int (*run)(struct master *, int report_fd),
    int64_t timeout_ms)
{
	struct helper *helper = &m->helper;
	int ends[2] = { -1, -1 };

	*helper = (struct helper) { .watch = { .fd = -1 } };
	if (fd_pipe(ends, false) == -1)
		return -1;
	helper->watch = (struct loop_watch) {
		.fd = ends[0],
		.events = POLLIN,
		.ready = helper_ready,
		.arg = m,
	};
	if (fd_set_nonblocking(ends[0], true) == -1 ||
	    loop_add(m->loop, &helper->watch) == -1)
		goto fail;
	helper->pid = spawn_child(m, run, ends[1]);
	if (helper->pid == -1)
		goto fail;
	fd_close(&ends[1]);
	helper->timeout_ms = timeout_ms;
	helper->deadline_ms = master_ms(m) + timeout_ms;
	return 0;
fail:
	helper->pid = 0;
	fd_close(&ends[1]);
	stop_listening(helper, m->loop);
	return -1;
}

static void
describe_end(struct master *m, int status, char *text, size_t bytes)
{
	if (m->helper.late)
		(void)snprintf(text, bytes, "no answer within %lld ms",
		    (long long)m->helper.timeout_ms);
	else
		(void)cause_describe(m, status, KILL_NONE, text, bytes);
}

static const struct death {
	enum msg_id id;
	const char *what;
} deaths[] = {
	{ PF_MODULE_DIED, "the process that tried the handlers ended" },
	{ PF_REHEARSAL_DIED, "the new binary did not pass its rehearsal" },
	{ PF_RESOLVE, "the process that looked up names ended" },
};

static const struct death *
death_of(const struct master *m)
{
	if (m->life == LIFE_REHEARSING)
		return &deaths[1];
	return m->looking_up ? &deaths[2] : &deaths[0];
}

/* What followed from what it said and how it ended. */
static bool
is_content(struct master *m, int status)
{
	const struct helper *helper = &m->helper;
	const char *said = report_last_line(helper->text);
	char how[CAUSE_BYTES];

	if (report_read(helper->text, &m->trouble) && !helper->late &&
	    status == 0)
		return true;
	if (m->trouble.id != PF_NONE && !helper->late)
		return false;
	describe_end(m, status, how, sizeof(how));
	(void)error_set(&m->trouble, death_of(m)->id, "%s: %s%s%.*s",
	    death_of(m)->what, how, *said != '\0' ? ": " : "",
	    (int)strcspn(said, "\n"), said);
	return false;
}

void
helper_reap(struct master *m, int status)
{
	bool abandoned = m->helper.abandoned, good;

	listen_to(m);
	good = !abandoned && is_content(m, status);
	forget(m);
	if (abandoned)
		return;
	if (m->looking_up)
		look_up_done(m, good);
	else
		(void)life_step(m, good ? ON_GOOD : ON_BAD);
}

/* Before it is reaped, while the number of the group is still its own. */
void
helper_kill(struct master *m)
{
	if (m->helper.pid > 1) {
		(void)kill(-m->helper.pid, SIGKILL);
		(void)kill(m->helper.pid, SIGKILL);
	}
}

void
helper_abandon(struct master *m)
{
	m->helper.abandoned = true;
	helper_kill(m);
}

void
helper_tick(struct master *m, int64_t now_ms)
{
	if (now_ms < helper_deadline(m))
		return;
	m->helper.late = true;
	helper_kill(m);
}

int64_t
helper_deadline(const struct master *m)
{
	if (m->helper.pid == 0 || m->helper.late || m->helper.abandoned)
		return CLOCK_NEVER;
	return m->helper.deadline_ms;
}
