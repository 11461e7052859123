/*
 * The header of the PROXY protocol, versions 1 and 2: bytes to addresses.
 * Pure: no descriptor is touched, nothing is allocated.  What a service does
 * with it is not decided here.
 * Runs in: worker.
 */
#ifndef PREFORK_ADMISSION_PROXY_H
#define PREFORK_ADMISSION_PROXY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

/* A longer header is refused.  Senders stay far below: addresses take 216
 * bytes at most, a name 255, certificates' names some hundreds. */
#define PROXY_MAX_BYTES 4096
/* No header of either version is shorter. */
#define PROXY_MIN_BYTES 15
/* A line of version 1, with its end (its specification, section 2.1). */
#define PROXY_LINE_BYTES 107

/* No reason is longer. */
#define PROXY_REASON_BYTES 64

#define PROXY_TLS_FIRST 0x21u
#define PROXY_TLS_LAST	0x2fu

enum proxy_answer { PROXY_MORE, PROXY_DONE, PROXY_BAD };

struct proxy_end {
	socklen_t length;
	struct sockaddr_storage address;
};

struct proxy_header {
	/* DONE: of the header.  MORE: the header has at least so many, more
	 * than there are; all that are there belong to it. */
	size_t bytes;
	const char *reason; /* BAD: why, behind a colon */
	/* DONE: it names no addresses (UNKNOWN, LOCAL, UNSPEC ..): those of the
	 * connection itself hold, and peer and local are not set. */
	bool is_own;
	struct proxy_end peer, local;
	/* DONE: what is behind the addresses, among the bytes. */
	const uint8_t *fields;
	size_t fields_bytes;
};

const char *proxy_answer_name(enum proxy_answer answer);

/*
 * What do the first `count` bytes of a connection say?  The answer depends on
 * the bytes up to the end of the header only: once DONE or BAD, more bytes
 * change nothing, and no earlier cut of a good header is BAD.
 */
enum proxy_answer proxy_parse(const uint8_t *bytes, size_t count,
    struct proxy_header *header);

/*
 * The first field of this type, of the fields of a good header; those of
 * PROXY_TLS_FIRST to PROXY_TLS_LAST are within that of TLS.  NULL: there is
 * none.  *length is set where there is one.
 */
const uint8_t *proxy_find_field(const struct proxy_header *header,
    unsigned type, size_t *length);

#endif
