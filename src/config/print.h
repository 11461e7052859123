/*
 * Settings as text that is read back as the same settings.
 * Runs in: starter, probe.
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

/* All of it, defaults included.  -1 with errno when it cannot be written. */
int settings_print(const struct settings *settings, enum settings_reader reader,
    FILE *out);
/* The same as a string that the caller frees; NULL with errno. */
char *settings_text(const struct settings *settings,
    enum settings_reader reader);

#endif
