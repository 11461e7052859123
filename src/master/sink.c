/*
 * Which log the settings want.
 * Runs in: master.
 */
#include "config.h"

#include "master/sink.h"

enum log_sink
sink_wanted(const struct settings *settings)
{
	if (settings->log.given)
		return settings->log.sink;
	return settings->foreground ? LOG_SINK_STDERR : LOG_SINK_SYSLOG;
}

void
sink_open(const struct settings *settings)
{
	log_set_level(settings->verbose ? LEVEL_DEBUG : settings->log.level);
	log_set_facility(settings->log.facility);
	if (sink_wanted(settings) == LOG_SINK_STDERR)
		log_open_stderr();
	else
		log_open_syslog();
}
