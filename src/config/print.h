/*
 * Settings as text that is read back as the same settings.
 * Runs in: starter, probe.
 */
#ifndef PREFORK_CONFIG_PRINT_H
#define PREFORK_CONFIG_PRINT_H

#include <stdio.h>

#include "config/settings.h"

/* All of it, defaults included.  -1 with errno when it cannot be written. */
int settings_print(const struct settings *settings, FILE *out);

#endif
