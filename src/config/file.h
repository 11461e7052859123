/*
 * Configuration files: read, cut, understood.
 * Runs in: starter, master at reload, probe.
 */
#ifndef PREFORK_CONFIG_FILE_H
#define PREFORK_CONFIG_FILE_H

#include "config/complaints.h"
#include "config/settings.h"

/*
 * Add what `file` and the files that it includes say.  A relative name is
 * relative to `directory` and shown as it is.  -1 when there are complaints;
 * the settings are then of no use.
 */
int file_read(struct settings *settings, const char *directory,
    const char *file, struct complaints *complaints);
/* The same with text that is here already, and that includes no files.
 * `name` stands for a file in complaints. */
int file_read_text(struct settings *settings, const char *name,
    const char *text, size_t bytes, struct complaints *complaints);

#endif
