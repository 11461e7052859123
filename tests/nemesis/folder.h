/*
 * Files in the folder of the daemon.  Failures are not told: a file that is
 * not there is one more misfortune.
 * Runs in: nemesis.
 */
#ifndef NEMESIS_FOLDER_H
#define NEMESIS_FOLDER_H

#include <stddef.h>

#include "server.h"

struct bytes {
	char *data; /* terminated; NULL: could not be read */
	size_t count;
};

/* The caller's to free. */
struct bytes folder_read(const struct server *server, const char *name);
/* In place, emptied first; flags may be O_CREAT. */
void folder_write(const struct server *server, const char *name, int flags,
    const struct bytes *bytes);
/* By rename, whatever was there. */
void folder_replace(const struct server *server, const char *name,
    const struct bytes *bytes);
void folder_replace_by_text(const struct server *server, const char *name,
    const char *text);
void folder_replace_by_file(const struct server *server, const char *name,
    const char *from);

#endif
