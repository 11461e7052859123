/*
 * The log that the settings want, for all processes of the daemon: only the
 * master opens it, workers inherit it or are sent it.
 * Runs in: master.
 */
#include "config.h"

#include <sys/stat.h>

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "master/access_logs.h"
#include "master/events.h"
#include "master/path_guard.h"
#include "master/sink.h"

/* No worker lives long enough for more. */
#define LOST_MAX (UINT64_C(1) << 48)

static enum log_sink
without_directive(const struct settings *settings)
{
	return settings->foreground ? LOG_SINK_STDERR : LOG_SINK_SYSLOG;
}

enum log_sink
sink_wanted(const struct settings *settings)
{
	return settings->log.given ? settings->log.sink :
				     without_directive(settings);
}

static enum msg_level
level_wanted(const struct settings *settings)
{
	return settings->verbose ? LEVEL_DEBUG : settings->log.level;
}

static void
dress(const struct settings *settings)
{
	log_set_facility(settings->log.facility);
	log_set_format(settings->log.format);
}

void
sink_begin(const struct settings *settings)
{
	enum log_sink sink = sink_wanted(settings);

	dress(settings);
	log_set_level(level_wanted(settings));
	if (sink == LOG_SINK_FILE)
		sink = without_directive(settings);
	if (sink == LOG_SINK_STDERR)
		log_open_stderr();
	else
		log_open_syslog();
}

/* What 2 was is not known any more. */
static bool
stderr_was_given_up(void)
{
	struct stat ours, null;

	return fstat(STDERR_FILENO, &ours) == 0 &&
	    stat("/dev/null", &null) == 0 && S_ISCHR(ours.st_mode) &&
	    ours.st_rdev == null.st_rdev;
}

static int
prepare(const struct settings *settings, struct log_opened *opened,
    struct error *e)
{
	enum log_sink sink = sink_wanted(settings);

	if (sink == LOG_SINK_FILE &&
	    path_guard(settings, settings->log.path, PF_LOG_OPEN, e) == -1)
		return -1;
	return log_prepare(opened, sink, settings->log.path, e);
}

int
sink_open(const struct settings *settings, struct error *e)
{
	struct log_opened opened;

	if (sink_wanted(settings) != LOG_SINK_FILE)
		return 0;
	if (prepare(settings, &opened, e) == -1)
		return -1;
	log_use(&opened);
	return 0;
}

/* ------------------------------------------------------------ shared memory */

void
sink_share(struct master *m)
{
	struct scoreboard_header *header = m->board.header;
	uint32_t level = atomic_load(&header->log_level);

	sink_set_level(m,
	    level == 0 || level - 1 > LEVEL_DEBUG ?
		level_wanted(m->settings) :
		(enum msg_level)(level - 1));
	log_share_losses(&header->log_lost, &header->log_told);
}

/* One that had no directive for files did not leave one. */
void
sink_resume(struct master *m)
{
	struct error e;

	if (m->has_log)
		dress(m->settings);
	else
		sink_begin(m->settings);
	sink_share(m);
	if (!m->has_log && sink_open(m->settings, &e) == -1)
		log_error(&e);
}

void
sink_set_level(const struct master *m, enum msg_level level)
{
	log_set_level(level);
	atomic_store(&m->board.header->log_level, (uint32_t)level + 1);
}

/* A worker may have written anything. */
static uint64_t
lost_of(const struct scoreboard_slot *slot)
{
	uint64_t lost = atomic_load(&slot->log_lost);

	return lost < LOST_MAX ? lost : 0;
}

void
sink_lost(struct worker_record *record)
{
	struct scoreboard_slot *slot =
	    &record->master->board.slot[record->cell];
	uint64_t lost = lost_of(slot), told = atomic_load(&slot->log_told);

	log_take_losses(lost, told < lost ? told : lost);
}

uint64_t
sink_losses(const struct master *m)
{
	uint64_t lost = atomic_load(&m->board.header->log_lost);
	unsigned i;

	for (i = 0; i < m->cells_end; i++)
		if (m->records[i] != NULL)
			lost += lost_of(&m->board.slot[i]);
	return lost;
}

/* ------------------------------------------------------------------- reload */

static bool
is_same_text(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static bool
is_same_sink(const struct settings *a, const struct settings *b)
{
	return sink_wanted(a) == sink_wanted(b) &&
	    is_same_text(a->log.path, b->log.path);
}

int
sink_prepare(struct master *m, const struct settings *next, struct error *e)
{
	sink_discard(m);
	if (is_same_sink(m->settings, next))
		return 0;
	if (sink_wanted(next) == LOG_SINK_STDERR && stderr_was_given_up())
		return error_set(e, PF_LOG_OPEN,
		    "log stderr takes a restart: this daemon has given up the "
		    "standard error that it was started with");
	if (prepare(next, &m->next_log, e) == -1)
		return -1;
	m->has_next_log = true;
	return 0;
}

void
sink_discard(struct master *m)
{
	if (m->has_next_log)
		log_discard(&m->next_log);
	m->has_next_log = false;
}

/* To all workers, of whatever generation. */
static void
pass_on(struct master *m)
{
	unsigned i;

	for (i = 0; i < m->cells_end; i++)
		if (m->records[i] != NULL &&
		    channel_send_fd(m->records[i]->channel.fd, CHANNEL_REOPEN,
			log_kind(), log_fd()) == 0)
			scoreboard_mail(&m->board, i);
}

/* The level that an operator has set holds until a file says another one than
 * the file before it. */
void
sink_commit(struct master *m, const struct settings *before,
    const struct settings *now)
{
	if (level_wanted(before) != level_wanted(now))
		sink_set_level(m, level_wanted(now));
	if (!m->has_next_log && before->log.format == now->log.format &&
	    before->log.facility == now->log.facility)
		return;
	dress(now);
	if (m->has_next_log)
		log_use(&m->next_log);
	m->has_next_log = false;
	pass_on(m);
}

/* ------------------------------------------------------------------- reopen */

static int
open_again(struct master *m, struct error *e)
{
	if (sink_wanted(m->settings) == LOG_SINK_FILE &&
	    path_guard(m->settings, m->settings->log.path, PF_LOG_OPEN, e) ==
		-1)
		return -1;
	return log_reopen(e);
}

int
sink_reopen(struct master *m, struct error *e)
{
	bool failed = open_again(m, e) == -1;

	if (failed)
		log_error(e);
	else if (log_fd() >= 0)
		pass_on(m);
	if (access_logs_reopen(m, e) == -1 || failed)
		return -1;
	log_event(PF_LOGS_REOPENED, "log opened again");
	event_plain(m, "reopen");
	return 0;
}
