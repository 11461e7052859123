/*
 * Readers of the directives that are more than one value.  Each gets at least
 * one word behind the name; -1 with a complaint.  Only directive.c calls them.
 * Runs in: starter, master at reload, probe.
 */
#ifndef PREFORK_CONFIG_READERS_H
#define PREFORK_CONFIG_READERS_H

#include "config/directive.h"

int read_user(const struct use *use);
int read_group(const struct use *use);
int read_accept(const struct use *use);
int read_source_ports(const struct use *use);
int read_listen(const struct use *use);
int read_control(const struct use *use);
void keep_control(const struct settings *from, struct settings *to);
int read_max_requests(const struct use *use);
int read_timeout(const struct use *use);
int read_allow(const struct use *use);
int read_deny(const struct use *use);
int read_per_source(const struct use *use);
int read_rate(const struct use *use);
/* words[index]: a network, unix or all. */
int read_network(const struct use *use, size_t index, struct network *network);
int read_proxy(const struct use *use);
int read_access_log(const struct use *use);
int read_access_fields(const struct use *use);
int read_access_format(const struct use *use);
int read_log(const struct use *use);
int read_chroot(const struct use *use);
int read_limit(const struct use *use);
int read_umask(const struct use *use);
int read_env(const struct use *use);

/* An octal number of 3 or 4 digits, at most 0777. */
bool parse_octal(const char *text, unsigned *value);

/* The name at words[index] of a pair was given before; pairs begin at 2. */
bool is_repeated(const struct use *use, size_t index);
/* Of a unix socket: words[index]; *text is the owner's name, kept. */
int read_socket_mode(const struct use *use, size_t index,
    struct endpoint *endpoint);
int read_socket_owner(const struct use *use, size_t index,
    struct endpoint *endpoint, const char **text);

#endif
