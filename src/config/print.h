/*
 * Settings as text that is read back as the same settings.
 * Runs in: starter, master at reload and upgrade, probe.
 */
#ifndef PREFORK_CONFIG_PRINT_H
#define PREFORK_CONFIG_PRINT_H

#include <stdio.h>

#include "config/settings.h"

enum settings_reader {
	SETTINGS_FOR_PEOPLE,
	/* Names of hosts are addresses: reading it asks nobody. */
	SETTINGS_FOR_MACHINES,
};

struct directive;

/* All of it, defaults included.  -1 with errno when it cannot be written. */
int settings_print(const struct settings *settings, enum settings_reader reader,
    FILE *out);
/* The same as a string that the caller frees; NULL with errno. */
char *settings_text(const struct settings *settings,
    enum settings_reader reader);
/* The value of a directive that is not of a service, as it is written; "" when
 * there is none.  The caller frees it; NULL with errno. */
char *settings_value(const struct settings *settings,
    const struct directive *directive);

#endif
