/*
 * Whom to talk to.
 * Runs in: prefork-client.
 */
#ifndef PREFORK_CLIENT_TARGET_H
#define PREFORK_CLIENT_TARGET_H

#include <sys/socket.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* Of a name; more are left out. */
#define TARGET_ADDRESSES  16
#define TARGET_TEXT_BYTES 300

struct target {
	char text[TARGET_TEXT_BYTES]; /* as it was given */
	int type;		      /* SOCK_STREAM, SOCK_DGRAM */
	size_t count;		      /* of addresses, at least 1 */
	struct {
		socklen_t length;
		struct sockaddr_storage address;
	} addresses[TARGET_ADDRESSES];
};

/* `host` may be a name, `port` that of a service.  -1 with `e`. */
int target_find(struct target *target, const char *host, const char *port,
    bool datagrams, struct error *e);
/* A unix socket; "@NAME" is outside the file system.  -1 with `e`. */
int target_unix(struct target *target, const char *path, struct error *e);
/*
 * Begin to connect to one of its addresses: a descriptor, non-blocking and
 * close-on-exec, that becomes writable when there is an outcome; -1 with
 * errno.
 */
int target_begin(const struct target *target, size_t index);
/* The outcome of target_begin: 0, or its errno. */
int target_outcome(int fd);
/* Connect to the first address that answers.  A descriptor (non-blocking), or
 * -1 with `e`. */
int target_connect(const struct target *target, int64_t deadline_ms,
    struct error *e);
/* Wait: 1 when there is something, 0 when it is too late, -1 with errno. */
int target_await(int fd, short events, int64_t deadline_ms);

#endif
