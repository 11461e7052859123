/*
 * The log of this process: which lines, how they are made, and the count of
 * what was lost.  Responsible for a line as a whole; not for its bytes
 * (log_line.c, log_json.c) nor for where it goes (log_sink.c).  Nothing here
 * logs.
 * Runs in: every process.
 */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "base/log_json.h"
#include "base/log_line.h"
#include "base/log_state.h"
#include "base/safe_text.h"

struct log_state log_state = { .level = LEVEL_INFO,
	.facility = LOG_DAEMON,
	.fd = -1,
	.ident = "prefork",
	.lost = &log_state.own_lost,
	.told = &log_state.own_told };

void
log_set_ident(const char *ident)
{
	log_state.ident = ident;
}

void
log_set_scope(const char *scope)
{
	int saved = errno;

	(void)snprintf(log_state.scope, sizeof(log_state.scope), "%s",
	    scope != NULL ? scope : "");
	errno = saved;
}

void
log_set_worker(const char *service, unsigned slot, uint32_t generation)
{
	char scope[LOG_SCOPE_BYTES];
	int saved = errno;

	(void)snprintf(scope, sizeof(scope), "%.48s/%u", service, slot);
	log_set_scope(scope);
	log_state.service = service;
	log_state.slot = slot;
	log_state.generation = generation;
	errno = saved;
}

void
log_set_level(enum msg_level level)
{
	log_state.level = level;
}

void
log_share_level(const _Atomic uint32_t *level)
{
	log_state.shared_level = level;
}

/* Whoever else writes there: a level that is none counts as none. */
enum msg_level
log_level(void)
{
	uint32_t level = 0;

	if (log_state.shared_level != NULL)
		level = atomic_load_explicit(log_state.shared_level,
		    memory_order_relaxed);
	if (level == 0 || level - 1 > LEVEL_DEBUG)
		return log_state.level;
	return (enum msg_level)(level - 1);
}

void
log_set_facility(int facility)
{
	log_state.facility = facility;
}

void
log_set_format(enum log_format format)
{
	log_state.format = format;
}

/* ----------------------------------------------------------------- losses */

static void
count_here(_Atomic uint64_t *lost, _Atomic uint64_t *told)
{
	log_state.pid = getpid();
	log_state.lost = lost;
	log_state.told = told;
}

/* A child answers for its own losses, the parent for the rest. */
static void
forget_parent(void)
{
	if (log_state.pid == getpid())
		return;
	atomic_store(&log_state.own_lost, 0);
	atomic_store(&log_state.own_told, 0);
	count_here(&log_state.own_lost, &log_state.own_told);
}

void
log_share_losses(_Atomic uint64_t *lost, _Atomic uint64_t *told)
{
	forget_parent();
	(void)atomic_fetch_add(lost, atomic_load(log_state.lost));
	(void)atomic_fetch_add(told, atomic_load(log_state.told));
	count_here(lost, told);
}

void
log_unshare(void)
{
	log_state.level = log_level();
	log_state.shared_level = NULL;
	forget_parent();
	if (log_state.lost == &log_state.own_lost)
		return;
	atomic_store(&log_state.own_lost, atomic_load(log_state.lost));
	atomic_store(&log_state.own_told, atomic_load(log_state.told));
	count_here(&log_state.own_lost, &log_state.own_told);
}

void
log_take_losses(uint64_t lost, uint64_t told)
{
	forget_parent();
	(void)atomic_fetch_add(log_state.told, told);
	(void)atomic_fetch_add(log_state.lost, lost);
}

void
log_count_lost(void)
{
	forget_parent();
	(void)atomic_fetch_add(log_state.lost, 1);
}

unsigned long
log_dropped(void)
{
	forget_parent();
	return (unsigned long)atomic_load(log_state.lost);
}

/* ------------------------------------------------------------------ lines */

static void
stamp_for(char stamp[LOG_STAMP_BYTES], enum msg_level level, bool emergency)
{
	int priority = log_state.facility | log_severity(level);
	struct timespec now = { 0, 0 };

	stamp[0] = '\0';
	if (log_state.sink == LOG_SINK_STDERR) {
		if (log_state.prefixed)
			log_stamp_bare(stamp, log_severity(level));
		return;
	}
	(void)clock_gettime(CLOCK_REALTIME, &now);
	if (log_state.sink == LOG_SINK_FILE) {
		if (log_state.format == LOG_FORMAT_TEXT)
			log_stamp_file(stamp, &now);
	} else if (emergency)
		log_stamp_bare(stamp, priority);
	else
		log_stamp_syslog(stamp, &now, priority);
}

/* "preforkd[123]: " */
static void
put_ident(struct safe_text *head)
{
	safe_put(head, log_state.ident);
	safe_put(head, "[");
	safe_put_number(head, getpid());
	safe_put(head, "]: ");
}

/* "echo/3: PF0311 " */
static void
put_scope_and_id(struct safe_text *head, const struct msg_info *info)
{
	if (log_state.scope[0] != '\0') {
		safe_put(head, log_state.scope);
		safe_put(head, ": ");
	}
	safe_put(head, "PF");
	safe_put_digits(head, (uint64_t)info->id, 4);
	safe_put(head, " ");
}

/* What it calls is async-signal-safe but for the stamp of no emergency. */
static bool
send_line(const struct msg_info *info, const char *text, size_t bytes,
    bool emergency)
{
	bool is_json = log_state.format == LOG_FORMAT_JSON;
	char line[LOG_LINE_BYTES], stamp[LOG_STAMP_BYTES];
	struct safe_text head;
	size_t used = 0;

	stamp_for(stamp, info->level, emergency);
	safe_begin(&head);
	safe_put(&head, stamp);
	if (!is_json || log_state.sink == LOG_SINK_SYSLOG)
		put_ident(&head);
	if (!is_json)
		put_scope_and_id(&head, info);
	log_line_append(line, sizeof(line) - 1, &used, head.bytes, head.used);
	if (is_json)
		log_json_append(line, sizeof(line) - 1, &used, info, text,
		    bytes);
	else
		log_line_append(line, sizeof(line) - 1, &used, text, bytes);
	if (log_state.sink != LOG_SINK_SYSLOG)
		line[used++] = '\n';
	return log_sink_send(line, used);
}

static size_t
printed(int result, size_t room)
{
	if (result < 0)
		return 0;
	return (size_t)result < room ? (size_t)result : room - 1;
}

static bool
tell_dropped(void)
{
	uint64_t untold =
	    atomic_load(log_state.lost) - atomic_load(log_state.told);
	char text[64];
	int length;

	if (untold == 0)
		return true;
	length = snprintf(text, sizeof(text), "%llu log line%s lost",
	    (unsigned long long)untold, untold == 1 ? "" : "s");
	if (!send_line(msg_find(PF_LOG_DROPPED), text,
		printed(length, sizeof(text)), false))
		return false;
	(void)atomic_fetch_add(log_state.told, untold);
	return true;
}

void
log_vevent(enum msg_id id, const char *format, va_list ap)
{
	const struct msg_info *info = msg_find(id);
	char text[LOG_LINE_BYTES];
	int saved = errno, length;

	if (info->level > log_level())
		return;
	length = vsnprintf(text, sizeof(text), format, ap);
	forget_parent();
	if (!tell_dropped() ||
	    !send_line(info, text, printed(length, sizeof(text)), false))
		log_count_lost();
	errno = saved;
}

void
log_event(enum msg_id id, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	log_vevent(id, format, ap);
	va_end(ap);
}

void
log_error(const struct error *e)
{
	log_event(e->id, "%s", e->text);
}

/* Not counted where it is lost: who could tell is about to die. */
void
log_emergency(enum msg_id id, const char *text)
{
	int saved = errno;

	log_state.trouble.refused_ms = 0;
	(void)send_line(msg_find(id), text, strlen(text), true);
	errno = saved;
}
