/*
 * The daemon under the nemesis: how it is started, where it listens, how it
 * is stopped.
 * Runs in: nemesis.
 */
#ifndef NEMESIS_SERVER_H
#define NEMESIS_SERVER_H

#include <sys/types.h>

#include <stdbool.h>
#include <stdint.h>

#include "client.h"

#define SERVER_PATH	 128
#define SERVER_ADDRESSES 3
#define SERVER_SETTINGS	 8

struct server {
	const char *folder;
	unsigned workers;
	bool detached;	     /* a daemon; else in the foreground, with a log */
	bool as_other;	     /* not as root, though we are */
	bool limited;	     /* in its number of processes; root's are not */
	bool sanitized;	     /* all is slow, and memory is not what it was */
	bool takes_settings; /* by -o */
	const char *settings[SERVER_SETTINGS];
	unsigned setting_count;
	pid_t pid;
	bool gone;
	int status; /* of waitpid, when it is gone and was our child */
	struct address addresses[SERVER_ADDRESSES];
	unsigned address_count;
	char mark[SERVER_PATH + 32]; /* in the environment of all of it */
	uint64_t files;		     /* soft limit of a worker as it began, */
	uint64_t master_files, master_processes; /* and of the master */
};

/* "folder/name". */
const char *server_path(const struct server *server, const char *name,
    char path[SERVER_PATH]);
/* Choose with which settings it runs. */
void server_choose_settings(struct server *server, struct dice *dice);
/* False: it did not get ready; its log may say why. */
bool server_start(struct server *server);
/* Has it ended?  Reaps it, and orphans that came to us. */
bool server_is_gone(struct server *server);
bool server_signal(struct server *server, int signo);
/* Everything that is left of it. */
void server_kill_all(struct server *server);

#endif
