/*
 * The log directive.
 * Runs in: starter, master at reload, probe.
 */
#include "config.h"

#include <string.h>
#include <syslog.h>

#include "config/readers.h"
#include "config/writers.h"

/* Those of POSIX. */
static const struct facility {
	const char *name;
	int number;
} facilities[] = {
	{ "auth", LOG_AUTH },
	{ "cron", LOG_CRON },
	{ "daemon", LOG_DAEMON },
	{ "kern", LOG_KERN },
	{ "lpr", LOG_LPR },
	{ "mail", LOG_MAIL },
	{ "news", LOG_NEWS },
	{ "user", LOG_USER },
	{ "uucp", LOG_UUCP },
	{ "local0", LOG_LOCAL0 },
	{ "local1", LOG_LOCAL1 },
	{ "local2", LOG_LOCAL2 },
	{ "local3", LOG_LOCAL3 },
	{ "local4", LOG_LOCAL4 },
	{ "local5", LOG_LOCAL5 },
	{ "local6", LOG_LOCAL6 },
	{ "local7", LOG_LOCAL7 },
};

#define FACILITIES (sizeof(facilities) / sizeof(facilities[0]))

static int
read_facility(const struct use *use, struct log_settings *log)
{
	size_t i;

	if (use->count < 3)
		return use_fail(use, 1, PF_DIRECTIVE_VALUE,
		    "syslog needs a facility: daemon, local0 or another one");
	for (i = 0; i < FACILITIES; i++)
		if (strcmp(facilities[i].name, use->words[2].text) == 0) {
			log->facility = facilities[i].number;
			return 0;
		}
	return use_fail(use, 2, PF_DIRECTIVE_VALUE,
	    "there is no facility '%s'; daemon, user, auth, mail and local0 to "
	    "local7 are some",
	    use->words[2].text);
}

/* Up to the level, whose index goes to *next. */
static int
read_sink(const struct use *use, struct log_settings *log, size_t *next)
{
	const char *name = use->words[1].text;

	*next = 2;
	if (strcmp(name, "stderr") == 0) {
		log->sink = LOG_SINK_STDERR;
		return 0;
	}
	if (strcmp(name, "syslog") == 0) {
		log->sink = LOG_SINK_SYSLOG;
		*next = 3;
		return read_facility(use, log);
	}
	if (strcmp(name, "file") == 0)
		return use_fail(use, 1, PF_NOT_AVAILABLE,
		    "log file is not available in this version");
	return use_fail(use, 1, PF_DIRECTIVE_VALUE,
	    "log knows stderr and syslog, not '%s'", name);
}

static int
read_level(const struct use *use, size_t index, struct log_settings *log)
{
	int level;

	for (level = LEVEL_ERROR; level <= LEVEL_DEBUG; level++)
		if (strcmp(msg_level_name((enum msg_level)level),
			use->words[index].text) == 0) {
			log->level = (enum msg_level)level;
			return 0;
		}
	return use_fail(use, index, PF_DIRECTIVE_VALUE,
	    "a level is error, warning, notice, info or debug, not '%s'",
	    use->words[index].text);
}

int
read_log(const struct use *use)
{
	struct log_settings log = {
		.given = true, .level = LEVEL_INFO, .facility = LOG_DAEMON
	};
	size_t next;

	if (read_sink(use, &log, &next) == -1)
		return -1;
	if (next < use->count && read_level(use, next++, &log) == -1)
		return -1;
	if (next < use->count)
		return use_too_much(use, next);
	use->settings->log = log;
	return 0;
}

void
keep_log(const struct settings *from, struct settings *to)
{
	to->log = from->log;
}

void
write_log(const struct writing *w)
{
	const struct log_settings *log = &w->settings->log;
	size_t i;

	if (!log->given)
		return;
	write_begin(w);
	write_word(w, log->sink == LOG_SINK_SYSLOG ? "syslog" : "stderr");
	for (i = 0; log->sink == LOG_SINK_SYSLOG && i < FACILITIES; i++)
		if (facilities[i].number == log->facility)
			write_word(w, facilities[i].name);
	write_word(w, msg_level_name(log->level));
	write_end(w);
}
