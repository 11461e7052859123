/*
 * The bytes of a configuration file, all or none.
 * Runs in: starter, probe.
 */
#ifndef PREFORK_CONFIG_SOURCE_H
#define PREFORK_CONFIG_SOURCE_H

#include <sys/types.h>

#include <stddef.h>

#include "base/error.h"

#define SOURCE_MAX_BYTES (16 * 1024 * 1024)

struct source {
	char *bytes;
	size_t size;
	dev_t device; /* with the inode: which file it is */
	ino_t inode;
};

/* Never waits: what is no regular file is refused.  -1 with CONFIG_FILE. */
int source_read(struct source *source, const char *path, struct error *e);
void source_free(struct source *source);

#endif
