/*
 * Folders of unix sockets.
 * Runs in: master.
 */
#ifndef PREFORK_LISTENER_FOLDER_H
#define PREFORK_LISTENER_FOLDER_H

#include <stdbool.h>

/* Can nobody but root change where this absolute path leads? */
bool folder_is_roots(const char *path);

#endif
