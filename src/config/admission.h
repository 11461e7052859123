/*
 * Who is let in: what the directives allow, deny and so on say.
 * Runs in: starter, master at reload, probe; read by workers.
 */
#ifndef PREFORK_CONFIG_ADMISSION_H
#define PREFORK_CONFIG_ADMISSION_H

#include <sys/socket.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* At most, of a service. */
#define ADMISSION_MAX_RULES 65536

/* AF_INET, AF_INET6; AF_UNIX: who connects to a unix socket; AF_UNSPEC:
 * everybody. */
struct network {
	sa_family_t family;
	unsigned bits;
	uint8_t address[16]; /* zero behind the bits */
};

struct admission_rule {
	bool allow;
	struct network network;
};

struct admission_settings {
	struct admission_rule *rules; /* in the order of the file */
	size_t rule_count;
	unsigned max_connections;	      /* at the same time; 0: any */
	unsigned per_source;		      /* of one source; 0: any */
	unsigned source_bits, source_bits_v6; /* that tell sources apart; 0:
						 32 and 64 */
	unsigned rate;			      /* of one source, new ones a
						 second; 0: any */
	unsigned burst;			      /* of it, that come at once */
};

#endif
