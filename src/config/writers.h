/*
 * Writers of the directives that are more than one value, each the reverse of
 * its reader.  Only directive.c and print.c know them.
 * Runs in: starter, probe.
 */
#ifndef PREFORK_CONFIG_WRITERS_H
#define PREFORK_CONFIG_WRITERS_H

#include <stdio.h>

#include "config/directive.h"
#include "config/print.h"

/* Settings that are being written. */
struct writing {
	FILE *out;
	enum settings_reader reader;
	const struct settings *settings;
	const struct service_settings *service; /* or NULL, at the top */
	const struct directive *directive;
};

/* A line begins with the directive's name, and with how deep it is. */
void write_begin(const struct writing *w);
/* Quoted where that is needed. */
void write_word(const struct writing *w, const char *text);
void write_quantity(const struct writing *w, enum quantity kind, int64_t value);
void write_percent(const struct writing *w, unsigned percent);
void write_end(const struct writing *w);

void write_user(const struct writing *w);
void write_group(const struct writing *w);
void write_accept(const struct writing *w);
void write_source_ports(const struct writing *w);
void write_listen(const struct writing *w);
void write_control(const struct writing *w);
void write_max_requests(const struct writing *w);
void write_timeout(const struct writing *w);
void write_allow(const struct writing *w);
/* Nothing: write_allow writes both, in their order. */
void write_deny(const struct writing *w);
void write_per_source(const struct writing *w);
void write_rate(const struct writing *w);
void write_network(const struct writing *w, const struct network *network);
void write_proxy(const struct writing *w);
void write_access_log(const struct writing *w);
void write_access_fields(const struct writing *w);
void write_access_format(const struct writing *w);
void write_log(const struct writing *w);
void write_chroot(const struct writing *w);
void write_limit(const struct writing *w);
void write_umask(const struct writing *w);
void write_env(const struct writing *w);

#endif
