/*
 * skeleton: a handler for prefork.  Each line that a client sends comes back
 * behind a greeting; "quit" ends the conversation.
 *
 * Everything here runs in a worker process, which serves one client at a
 * time; prefork_module(3) and prefork_conn(3) describe what can be used.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include <prefork/module.h>

#define LONGEST_LINE 65536

/* Filled by prefork from the table below; read only. */
struct skeleton_config {
	const char *greeting;
	int64_t max_line;
	int upper;
};

/* name=value behind the handler's name, or in its block in preforkd.conf. */
static const struct prefork_option skeleton_options[] = {
	{
	    .name = "greeting",
	    .type = PREFORK_STRING,
	    .offset = offsetof(struct skeleton_config, greeting),
	    .preset = "you said",
	    .help = "What stands before each line.",
	},
	{
	    .name = "max_line",
	    .type = PREFORK_SIZE,
	    .offset = offsetof(struct skeleton_config, max_line),
	    .preset = "1k",
	    .min = 2,
	    .max = LONGEST_LINE,
	    .help = "The longest line that is served, its end included.",
	},
	{
	    .name = "upper",
	    .type = PREFORK_BOOL,
	    .offset = offsetof(struct skeleton_config, upper),
	    .preset = "off",
	    .help = "Answer in capital letters.",
	},
	{ .name = NULL },
};

/* What the table cannot say.  Runs before anything is served, in preforkd -t
 * and before each reload, too. */
static int
skeleton_check(const void *arg, char *reason, size_t reason_bytes)
{
	const struct skeleton_config *config = arg;

	if (strchr(config->greeting, '\n') == NULL)
		return 0;
	(void)snprintf(reason, reason_bytes,
	    "greeting must not have more than one line");
	return -1;
}

static void
make_upper(char *line, size_t length)
{
	size_t i;

	for (i = 0; i < length; i++)
		line[i] = (char)toupper((unsigned char)line[i]);
}

/* 1: the next line, please; 0: that was all; -1: it went wrong. */
static int
serve_line(struct prefork_conn *conn, char *line, size_t length)
{
	const struct skeleton_config *config = prefork_conn_config(conn);

	if (strcmp(line, "quit") == 0)
		return 0;
	prefork_conn_note(conn, line); /* preforkctl status shows it */
	if (config->upper)
		make_upper(line, length);
	return prefork_printf(conn, "%s %s\r\n", config->greeting, line) == -1 ?
	    -1 :
	    1;
}

static int
read_and_serve(struct prefork_conn *conn, char *line)
{
	const struct skeleton_config *config = prefork_conn_config(conn);
	size_t length;

	switch (prefork_read_line(conn, line, (size_t)config->max_line,
	    &length)) {
	case PREFORK_LINE:
		return serve_line(conn, line, length);
	case PREFORK_EOF:
	case PREFORK_PARTIAL:
		return 0;
	case PREFORK_TOO_LONG:
		(void)prefork_printf(conn, "that line is too long\r\n");
		return 0;
	default: /* PREFORK_TIMEOUT, PREFORK_ERROR */
		return -1;
	}
}

/* One client, whose connection prefork closes afterwards. */
static int
skeleton_handle(struct prefork_conn *conn)
{
	char line[LONGEST_LINE];
	int last, result;

	do {
		/* Reloads and stops wait for who is being served, so who has
		 * been served makes way. */
		last = prefork_conn_draining(conn);
		result = read_and_serve(conn, line);
	} while (result == 1 && !last &&
	    prefork_wait(conn) == PREFORK_WAIT_DATA);
	return result == -1 ? -1 : 0;
}

PREFORK_MODULE = {
	PREFORK_MODULE_HEAD,
	.name = "skeleton",
	.version = "0.1",
	.summary = "sends each line back behind a greeting",
	.options = skeleton_options,
	.config_size = sizeof(struct skeleton_config),
	.flags = PREFORK_CLIENT_FIRST,
	.check = skeleton_check,
	.handle = skeleton_handle,
};
