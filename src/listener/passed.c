/*
 * Reads the environment by which sockets are passed, and keeps the sockets.
 * Which service listens at which of them is not known here.
 * Runs in: master at start; rehearsal.
 */
#include "config.h"

#include <sys/stat.h>
#ifdef HAVE_PIDFD
#include <sys/syscall.h>
#endif

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "listener/passed.h"

#define FIRST_FD 3 /* SD_LISTEN_FDS_START */

static const char *const variables[] = { "LISTEN_PID", "LISTEN_FDS",
	"LISTEN_FDNAMES", "LISTEN_PIDFDID" };

/* Digits only.  -1 when it is not from min to max. */
static long
parse_number(const char *text, long min, long max)
{
	char *end;
	long value;

	if (text[0] < '0' || text[0] > '9')
		return -1;
	errno = 0;
	value = strtol(text, &end, 10);
	if (errno != 0 || *end != '\0' || value < min || value > max)
		return -1;
	return value;
}

static int
bad_value(struct error *e, const char *name, const char *value,
    const char *needs)
{
	return error_set(e, PF_PASSED_BAD, "%s is '%.64s', not %s", name, value,
	    needs);
}

#ifdef HAVE_PIDFD

/* What no process after this one has, unlike its number.  Before Linux 6.9 all
 * have the same, but then nobody was told of it. */
static bool
own_id(char *text, size_t bytes)
{
	int fd = (int)syscall(SYS_pidfd_open, getpid(), 0);
	struct stat st;
	bool known = fd >= 0 && fstat(fd, &st) == 0;

	fd_close(&fd);
	if (known)
		(void)snprintf(text, bytes, "%ju", (uintmax_t)st.st_ino);
	return known;
}

#else

static bool
own_id(char *text, size_t bytes)
{
	(void)text;
	(void)bytes;
	return false;
}

#endif

/* Has somebody had our number for whom they were meant? */
static bool
is_for_former(void)
{
	const char *meant = getenv("LISTEN_PIDFDID");
	char own[32];

	return meant != NULL && own_id(own, sizeof(own)) &&
	    strcmp(meant, own) != 0;
}

int
passed_add(struct passed_sockets *passed, int fd, const char *name,
    struct error *e)
{
	struct listener made, *grown;
	int family;

	if (listener_adopt(&made, fd, LISTENER_BACKLOG, e) == -1)
		return error_set(e, PF_PASSED_BAD, "passed as '%.64s': %s",
		    name, e->text);
	family = made.endpoint.address.ss_family;
	if (family != AF_INET && family != AF_INET6 && family != AF_UNIX)
		return error_set(e, PF_PASSED_BAD,
		    "passed as '%.64s': descriptor %d is neither an internet "
		    "nor a unix socket",
		    name, fd);
	grown = realloc(passed->items, (passed->count + 1) * sizeof(*grown));
	if (grown != NULL)
		passed->items = grown;
	made.passed_as = strdup(name);
	if (grown == NULL || made.passed_as == NULL) {
		free(made.passed_as);
		return error_set(e, PF_SYSCALL, "no memory for sockets");
	}
	passed->items[passed->count++] = made;
	return 0;
}

/* As many as there are descriptors, separated by colons; any may be empty. */
static bool
is_count_of_names(const char *names, long count)
{
	long found = 1;

	for (; *names != '\0'; names++)
		if (*names == ':')
			found++;
	return found == count;
}

static int
add_all(struct passed_sockets *passed, long count, const char *names,
    struct error *e)
{
	size_t length, room = strlen(names) + 1;
	char *name = malloc(room);
	int result = 0;
	long i;

	if (name == NULL)
		return error_set(e, PF_SYSCALL, "no memory for sockets");
	for (i = 0; i < count && result == 0; i++) {
		length = strcspn(names, ":");
		memcpy(name, names, length);
		name[length] = '\0';
		/* Without a list there is one name for all. */
		if (names[length] == ':')
			names += length + 1;
		result = passed_add(passed, FIRST_FD + (int)i, name, e);
	}
	free(name);
	return result;
}

static int
take(struct passed_sockets *passed, struct error *e)
{
	const char *pid_text = getenv("LISTEN_PID");
	const char *count_text = getenv("LISTEN_FDS");
	const char *names = getenv("LISTEN_FDNAMES");
	long pid, count;

	if (pid_text == NULL)
		return 0;
	pid = parse_number(pid_text, 1, INT_MAX);
	if (pid == -1)
		return bad_value(e, "LISTEN_PID", pid_text, "a process number");
	if (count_text == NULL || pid != (long)getpid() || is_for_former())
		return 0;
	count = parse_number(count_text, 1, PASSED_MAX);
	if (count == -1)
		return bad_value(e, "LISTEN_FDS", count_text,
		    "a number of descriptors from 1 to 256");
	if (names == NULL)
		return add_all(passed, count, "unknown", e);
	if (!is_count_of_names(names, count))
		return bad_value(e, "LISTEN_FDNAMES", names,
		    "a name for each of LISTEN_FDS");
	return add_all(passed, count, names, e);
}

int
passed_take(struct passed_sockets *passed, struct error *e)
{
	int result = take(passed, e);
	size_t i;

	for (i = 0; i < sizeof(variables) / sizeof(variables[0]); i++)
		(void)unsetenv(variables[i]);
	return result;
}

void
passed_close(struct passed_sockets *passed)
{
	size_t i;

	for (i = 0; i < passed->count; i++) {
		free(passed->items[i].passed_as);
		fd_close(&passed->items[i].fd);
	}
	free(passed->items);
	*passed = (struct passed_sockets) { .count = 0 };
}

const struct listener *
passed_find(const struct passed_sockets *passed, int fd)
{
	size_t i;

	for (i = 0; passed != NULL && i < passed->count; i++)
		if (passed->items[i].fd == fd)
			return &passed->items[i];
	return NULL;
}

bool
passed_is_meant(const struct listener *listener,
    const struct endpoint *endpoint)
{
	const struct sockaddr *wanted =
	    (const struct sockaddr *)&endpoint->address;
	const char *name = endpoint_passed_name(wanted);

	if (listener->endpoint.type != endpoint->type)
		return false;
	if (name != NULL)
		return strcmp(name, ENDPOINT_ANY_PASSED) == 0 ||
		    strcmp(name, listener->passed_as) == 0;
	return endpoint_equal((const struct sockaddr *)&listener->endpoint
				  .address,
	    wanted);
}

size_t
passed_count(const struct passed_sockets *passed,
    const struct endpoint *endpoint)
{
	size_t i, count = 0;

	for (i = 0; passed != NULL && i < passed->count; i++)
		if (passed_is_meant(&passed->items[i], endpoint))
			count++;
	return count;
}
