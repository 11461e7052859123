/*
 * The same answer for everybody: a text or what is in a file, and the end.
 * Runs in: worker.
 */
#include "config.h"

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <prefork/module.h>

struct reply_config {
	const char *text, *file; /* exactly one of them */
};

static int file = -1;

static int
check(const void *arg, char *reason, size_t reason_bytes)
{
	const struct reply_config *config = arg;

	if ((config->text == NULL) != (config->file == NULL))
		return 0;
	(void)snprintf(reason, reason_bytes,
	    "it needs either a text or a file%s",
	    config->text != NULL ? ", not both" : "");
	return -1;
}

/* As whom and where the worker is: its root directory may be another.  A FIFO
 * must not make it wait. */
static int
open_file(const char *path, char *reason, size_t reason_bytes)
{
	struct stat st;

	file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (file == -1 || fstat(file, &st) == -1) {
		(void)snprintf(reason, reason_bytes, "%s: %s", path,
		    strerror(errno));
		return -1;
	}
	if (S_ISREG(st.st_mode))
		return 0;
	(void)snprintf(reason, reason_bytes, "%s: this is no file", path);
	return -1;
}

static int
init(const void *arg, void **worker_data, char *reason, size_t reason_bytes)
{
	const struct reply_config *config = arg;

	(void)worker_data;
	return config->file != NULL ?
	    open_file(config->file, reason, reason_bytes) :
	    0;
}

static int
reply(struct prefork_conn *conn)
{
	const struct reply_config *config = prefork_conn_config(conn);

	if (config->text != NULL)
		return prefork_write(conn, config->text,
			   strlen(config->text)) == -1 ?
		    -1 :
		    0;
	if (lseek(file, 0, SEEK_SET) == -1)
		return -1;
	return prefork_send_file(conn, file, SSIZE_MAX) == -1 ? -1 : 0;
}

static const struct prefork_option options[] = {
	{
	    .name = "text",
	    .type = PREFORK_STRING,
	    .offset = offsetof(struct reply_config, text),
	    .help = "The answer.",
	},
	{
	    .name = "file",
	    .type = PREFORK_PATH,
	    .offset = offsetof(struct reply_config, file),
	    .help = "The answer is in this file.",
	},
	{ .name = NULL },
};

PREFORK_MODULE = {
	PREFORK_MODULE_HEAD,
	.name = "static_reply",
	.version = "1.0",
	.summary = "gives everybody the same answer",
	.options = options,
	.config_size = sizeof(struct reply_config),
	.check = check,
	.worker_init = init,
	.handle = reply,
};
