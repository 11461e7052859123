/*
 * What a service's access log is to be: a line for each connection that its
 * handler has had, and of which fields.
 * Runs in: master at start and reload; read by workers.
 */
#ifndef PREFORK_CONFIG_ACCESS_H
#define PREFORK_CONFIG_ACCESS_H

#include "base/log.h"

enum access_field {
	ACCESS_TIME,
	ACCESS_SERVICE,
	ACCESS_SLOT,
	ACCESS_PID,
	ACCESS_GENERATION,
	ACCESS_CONNECTION,
	ACCESS_CLIENT, /* as the handler sees it */
	ACCESS_PEER,   /* other end of the socket: a balancer, perhaps */
	ACCESS_LOCAL,
	ACCESS_BYTES_IN,
	ACCESS_BYTES_OUT,
	ACCESS_FIRST_BYTE,
	ACCESS_DURATION,
	ACCESS_RESULT,
	ACCESS_NOTE,
	ACCESS_FIELDS
};

struct access_settings {
	const char *path; /* absolute; NULL: off */
	enum log_format format;
	unsigned field_count;
	enum access_field fields[ACCESS_FIELDS]; /* each once, in their order */
};

const char *access_field_name(enum access_field field);
/* Off, as text, with the fields that most want. */
void access_settings_init(struct access_settings *access);

#endif
