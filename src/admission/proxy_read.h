/*
 * Takes the PROXY header off the begin of a connection, and not one byte more:
 * the handler reads the rest from the same descriptor.
 * Runs in: worker.
 */
#ifndef PREFORK_ADMISSION_PROXY_READ_H
#define PREFORK_ADMISSION_PROXY_READ_H

#include "admission/proxy.h"

enum proxy_outcome {
	PROXY_READ,
	PROXY_SILENT, /* it ended before its first byte: only looked whether
		       * somebody listens, as checks of health do */
	PROXY_REFUSED /* for header->reason */
};

const char *proxy_outcome_name(enum proxy_outcome outcome);

/* How the caller waits until `fd` has input or has ended: 0, or -1 with errno,
 * ETIMEDOUT when the time for the header is over. */
struct proxy_wait {
	int (*until_input)(void *arg, int fd);
	void *arg;
};

/* Reads what there is, and waits only when that is not enough; never for what
 * it has seen already.  header->fields hold until the next call. */
enum proxy_outcome proxy_read(int fd, const struct proxy_wait *wait,
    struct proxy_header *header);

#endif
