/*
 * The program's environment: a few variables of the daemon's, those of `env`,
 * and what UCSPI, systemd and xinetd call the two ends of the connection.
 * Runs in: worker.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* struct ucred */
#endif
#include "config.h"

#include <sys/socket.h>
#include <sys/un.h>

#include <arpa/inet.h>
#include <netinet/in.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "exec.h"

#define VARIABLES 32 /* beside those of `env` */

/* Of the daemon's own. */
static const char *const kept[] = { "PATH", "TZ", "LANG" };

static struct {
	char **items;
	size_t count;
	int failed; /* no memory */
} made;

static void
forget(void)
{
	size_t i;

	for (i = 0; i < made.count; i++)
		free(made.items[i]);
	free(made.items);
	made.items = NULL;
	made.count = 0;
	made.failed = 0;
}

/* In the place of one that has the name already. */
static char **
place_of(const char *name)
{
	size_t i, length = strlen(name);

	for (i = 0; i < made.count; i++)
		if (strncmp(made.items[i], name, length) == 0 &&
		    made.items[i][length] == '=')
			return &made.items[i];
	return &made.items[made.count++];
}

static void
put(const char *name, const char *value)
{
	size_t bytes = strlen(name) + strlen(value) + 2;
	char *text = malloc(bytes), **place;

	if (text == NULL) {
		made.failed = 1;
		return;
	}
	(void)snprintf(text, bytes, "%s=%s", name, value);
	place = place_of(name);
	free(*place);
	*place = text;
}

static void
put_number(const char *name, unsigned long number)
{
	char text[24];

	(void)snprintf(text, sizeof(text), "%lu", number);
	put(name, text);
}

/* IPv4 in IPv6 as IPv4.  0, or -1: it has none. */
static int
split(const struct sockaddr *address, char *ip, size_t ip_bytes, unsigned *port)
{
	const struct sockaddr_in *v4 = (const struct sockaddr_in *)address;
	const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)address;
	const void *bytes = &v4->sin_addr;
	int family = address->sa_family;

	if (family != AF_INET && family != AF_INET6)
		return -1;
	*port = ntohs(family == AF_INET ? v4->sin_port : v6->sin6_port);
	if (family == AF_INET6)
		bytes = &v6->sin6_addr;
	if (family == AF_INET6 && IN6_IS_ADDR_V4MAPPED(&v6->sin6_addr)) {
		bytes = v6->sin6_addr.s6_addr + 12;
		family = AF_INET;
	}
	return inet_ntop(family, bytes, ip, (socklen_t)ip_bytes) != NULL ? 0 :
									   -1;
}

static void
put_tcp(struct prefork_conn *conn)
{
	char ip[INET6_ADDRSTRLEN];
	socklen_t length;
	unsigned port;

	if (split(prefork_conn_peer_address(conn, &length), ip, sizeof(ip),
		&port) == 0) {
		put("PROTO", "TCP");
		put("TCPREMOTEIP", ip);
		put_number("TCPREMOTEPORT", port);
		put("REMOTE_ADDR", ip);
		put_number("REMOTE_PORT", port);
		put("REMOTE_HOST", ip);
	}
	if (split(prefork_conn_local_address(conn, &length), ip, sizeof(ip),
		&port) == 0) {
		put("TCPLOCALIP", ip);
		put_number("TCPLOCALPORT", port);
	}
}

#ifdef SO_PEERCRED

static void
put_credentials(int fd)
{
	struct ucred peer;
	socklen_t length = sizeof(peer);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &length) == -1)
		return;
	put_number("UNIXREMOTEEUID", (unsigned long)peer.uid);
	put_number("UNIXREMOTEEGID", (unsigned long)peer.gid);
	put_number("UNIXREMOTEPID", (unsigned long)peer.pid);
}

#else

static void
put_credentials(int fd)
{
	(void)fd;
}

#endif

static void
put_unix(struct prefork_conn *conn)
{
	const char *local = prefork_conn_local(conn);

	put("PROTO", "UNIX");
	if (strncmp(local, "unix:", 5) == 0 && local[5] != '\0')
		put("UNIXLOCALPATH", local + 5);
	put_credentials(prefork_conn_fd(conn));
}

char **
environment_make(struct prefork_conn *conn)
{
	const struct exec_config *config = prefork_conn_config(conn);
	socklen_t length;
	size_t i;

	forget();
	made.items = calloc(VARIABLES + config->env.count, sizeof(char *));
	if (made.items == NULL)
		return NULL;
	put("PATH", "/usr/local/bin:/usr/bin:/bin");
	for (i = 0; i < sizeof(kept) / sizeof(kept[0]); i++)
		if (getenv(kept[i]) != NULL)
			put(kept[i], getenv(kept[i]));
	for (i = 0; i + 1 < config->env.count; i += 2)
		put(config->env.items[i], config->env.items[i + 1]);
	if (prefork_conn_peer_address(conn, &length)->sa_family == AF_UNIX)
		put_unix(conn);
	else
		put_tcp(conn);
	return made.failed ? NULL : made.items;
}
