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

static int
read_file(const struct use *use, struct log_settings *log)
{
	const char *path = use->count > 2 ? use->words[2].text : "";

	if (use->count < 3)
		return use_fail(use, 1, PF_DIRECTIVE_VALUE,
		    "file needs a path behind it");
	if (path[0] != '/' || path[strlen(path) - 1] == '/')
		return use_fail(use, 2, PF_DIRECTIVE_VALUE,
		    "log file needs the path of a file that begins with /, not "
		    "'%s'",
		    path);
	log->path = settings_copy(use->settings, path);
	return log->path != NULL ?
	    0 :
	    use_fail(use, 2, PF_SYSCALL, "no memory for %s", path);
}

/* Up to the level, whose index goes to *next. */
static int
read_sink(const struct use *use, struct log_settings *log, size_t *next)
{
	static const struct {
		const char *name;
		enum log_sink sink;
		int (*read)(const struct use *, struct log_settings *);
	} sinks[] = {
		{ "stderr", LOG_SINK_STDERR, NULL },
		{ "syslog", LOG_SINK_SYSLOG, read_facility },
		{ "file", LOG_SINK_FILE, read_file },
	};
	const char *name = use->words[1].text;
	size_t i;

	for (i = 0; i < sizeof(sinks) / sizeof(sinks[0]); i++) {
		if (strcmp(name, sinks[i].name) != 0)
			continue;
		log->sink = sinks[i].sink;
		*next = sinks[i].read != NULL ? 3 : 2;
		return sinks[i].read != NULL ? sinks[i].read(use, log) : 0;
	}
	return use_fail(use, 1, PF_DIRECTIVE_VALUE,
	    "log knows stderr, syslog, file and format, not '%s'", name);
}

static int
read_level(const struct use *use, size_t index, struct log_settings *log)
{
	if (msg_level_find(use->words[index].text, &log->level) == 0)
		return 0;
	return use_fail(use, index, PF_DIRECTIVE_VALUE,
	    "a level is error, warning, notice, info or debug, not '%s'",
	    use->words[index].text);
}

static int
repeated(const struct use *use, const char *what, const struct place *first)
{
	return use_fail(use, 0, PF_DIRECTIVE_REPEATED,
	    "%s is given twice; the first is in %s:%u", what, first->file,
	    first->position.line);
}

/* "format text" */
static int
read_format(const struct use *use)
{
	struct log_settings *log = &use->settings->log;

	if (use->count < 3)
		return use_fail(use, 1, PF_DIRECTIVE_VALUE,
		    "format needs text or json behind it");
	if (use->count > 3)
		return use_too_much(use, 3);
	if (log->format_given && !use->over)
		return repeated(use, "log format", &log->format_place);
	if (strcmp(use->words[2].text, "json") == 0)
		log->format = LOG_FORMAT_JSON;
	else if (strcmp(use->words[2].text, "text") == 0)
		log->format = LOG_FORMAT_TEXT;
	else
		return use_fail(use, 2, PF_DIRECTIVE_VALUE,
		    "log format is text or json, not '%s'", use->words[2].text);
	log->format_given = true;
	log->format_place =
	    (struct place) { use->file, use->words[0].position };
	return 0;
}

int
read_log(const struct use *use)
{
	struct log_settings log = use->settings->log;
	size_t next;

	if (strcmp(use->words[1].text, "format") == 0)
		return read_format(use);
	if (log.given && !use->over)
		return repeated(use, "log", &log.place);
	log.given = true;
	log.place = (struct place) { use->file, use->words[0].position };
	log.level = LEVEL_INFO;
	log.facility = LOG_DAEMON;
	log.path = NULL;
	if (read_sink(use, &log, &next) == -1)
		return -1;
	if (next < use->count && read_level(use, next++, &log) == -1)
		return -1;
	if (next < use->count)
		return use_too_much(use, next);
	use->settings->log = log;
	return 0;
}

static void
write_sink(const struct writing *w, const struct log_settings *log)
{
	static const char *const names[] = { [LOG_SINK_STDERR] = "stderr",
		[LOG_SINK_SYSLOG] = "syslog",
		[LOG_SINK_FILE] = "file" };
	size_t i;

	write_begin(w);
	write_word(w, names[log->sink]);
	for (i = 0; log->sink == LOG_SINK_SYSLOG && i < FACILITIES; i++)
		if (facilities[i].number == log->facility)
			write_word(w, facilities[i].name);
	if (log->sink == LOG_SINK_FILE)
		write_word(w, log->path);
	write_word(w, msg_level_name(log->level));
	write_end(w);
}

void
write_log(const struct writing *w)
{
	const struct log_settings *log = &w->settings->log;

	if (log->given)
		write_sink(w, log);
	if (!log->format_given)
		return;
	write_begin(w);
	write_word(w, "format");
	write_word(w, log->format == LOG_FORMAT_JSON ? "json" : "text");
	write_end(w);
}
