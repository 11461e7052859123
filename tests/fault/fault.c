/*
 * A handler that obeys the client, for tests of what a handler may do to its
 * worker.  A command is a line; the answer is "ok", or what was asked for.
 * Its options make the hooks misbehave, too.
 * Runs in: worker, probe.
 */
#include "config.h"

#include <sys/types.h>

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fault.h"

enum behaviour { OK, FAIL, CRASH, HANG, EXIT };

struct fault_config {
	int init;
	int check;
};

struct input {
	size_t used;
	char line[4096];
};

static struct input input;

void
fault_say(struct prefork_conn *conn, const char *format, ...)
{
	char text[4096];
	size_t bytes;
	va_list ap;

	va_start(ap, format);
	vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	bytes = strlen(text);
	(void)prefork_write(conn, text, bytes);
}

static const struct command *
find_command(const struct command *table, const char *line, size_t bytes)
{
	for (; table->name != NULL; table++) {
		if (strlen(table->name) == bytes &&
		    memcmp(table->name, line, bytes) == 0)
			return table;
	}
	return NULL;
}

static enum next
obey(struct prefork_conn *conn, const char *line)
{
	size_t bytes = strcspn(line, " ");
	const struct command *command;
	enum next next;

	command = find_command(harm_commands, line, bytes);
	if (command == NULL)
		command = find_command(tell_commands, line, bytes);
	if (command == NULL)
		command = find_command(last_commands, line, bytes);
	if (command == NULL)
		command = find_command(rights_commands, line, bytes);
	if (command == NULL) {
		fault_say(conn, "unknown: %s\n", line);
		return NEXT_LINE;
	}
	next = command->run(conn, line + bytes + (line[bytes] == ' '));
	if (next == NEXT_OK)
		fault_say(conn, "ok\n");
	return next;
}

/* Terminates the first line and returns the bytes it takes; 0: none yet. */
static size_t
cut_line(void)
{
	char *end = memchr(input.line, '\n', input.used);

	if (end == NULL)
		return 0;
	*end = '\0';
	if (end > input.line && end[-1] == '\r')
		end[-1] = '\0';
	return (size_t)(end - input.line) + 1;
}

static enum next
obey_all(struct prefork_conn *conn)
{
	enum next next = NEXT_LINE;
	size_t bytes;

	while (next != NEXT_RETURN && (bytes = cut_line()) > 0) {
		next = obey(conn, input.line);
		input.used -= bytes;
		memmove(input.line, input.line + bytes, input.used);
	}
	return next;
}

static int
handle(struct prefork_conn *conn)
{
	ssize_t got;

	input.used = 0;
	do {
		if (input.used == sizeof(input.line))
			return -1;
		got = prefork_read(conn, input.line + input.used,
		    sizeof(input.line) - input.used);
		if (got <= 0)
			return (int)got;
		input.used += (size_t)got;
	} while (obey_all(conn) != NEXT_RETURN);
	return 0;
}

static int
behave(int behaviour, const char *hook, char *reason, size_t reason_bytes)
{
	switch (behaviour) {
	case FAIL:
		snprintf(reason, reason_bytes, "%s was told to fail", hook);
		return -1;
	case CRASH:
		fault_crash();
	case HANG:
		fault_hang();
	case EXIT:
		exit(3);
	default:
		return 0;
	}
}

static int
check(const void *config, char *reason, size_t reason_bytes)
{
	const struct fault_config *fault = config;

	return behave(fault->check, "check", reason, reason_bytes);
}

static int
worker_init(const void *config, void **worker_data, char *reason,
    size_t reason_bytes)
{
	const struct fault_config *fault = config;

	*worker_data = NULL;
	return behave(fault->init, "init", reason, reason_bytes);
}

static const char *const init_choices[] = { "ok", "fail", "crash", "hang",
	"exit", NULL };
static const char *const check_choices[] = { "ok", "fail", "crash", NULL };

static const struct prefork_option options[] = {
	{
	    .name = "init",
	    .type = PREFORK_ENUM,
	    .offset = offsetof(struct fault_config, init),
	    .preset = "ok",
	    .choices = init_choices,
	    .help = "What worker_init does.",
	},
	{
	    .name = "check",
	    .type = PREFORK_ENUM,
	    .offset = offsetof(struct fault_config, check),
	    .preset = "ok",
	    .choices = check_choices,
	    .help = "What check does.",
	},
	{ .name = NULL },
};

PREFORK_MODULE = {
	PREFORK_MODULE_HEAD,
	.name = "fault",
	.version = "1.0",
	.summary = "does what the client says, however bad",
	.options = options,
	.config_size = sizeof(struct fault_config),
	.flags = PREFORK_CLIENT_FIRST,
	.check = check,
	.worker_init = worker_init,
	.handle = handle,
};
