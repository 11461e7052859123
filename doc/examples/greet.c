/*
 * A handler module to begin with: two options, a check of them, state of the
 * worker's own, and a reply.
 *
 *	cc -shared -fPIC -o greet.so greet.c $(pkg-config --cflags libprefork)
 *	preforkd -H ./greet.so
 *	preforkd -F ./greet.so name=Ada times=3
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <prefork/module.h>

/* Filled by prefork from presets and the command line; read only. */
struct greet_config {
	const char *name;
	int64_t times;
};

/* Of each worker; made once, used for all its clients. */
struct greet_worker {
	size_t bytes;
	char line[];
};

static const struct prefork_option options[] = {
	{
	    .name = "name",
	    .type = PREFORK_STRING,
	    .offset = offsetof(struct greet_config, name),
	    .preset = "you",
	    .help = "Who is greeted.",
	},
	{
	    .name = "times",
	    .type = PREFORK_INT,
	    .offset = offsetof(struct greet_config, times),
	    .preset = "1",
	    .min = 1,
	    .max = 100,
	    .help = "How often.",
	},
	{ .name = NULL },
};

/* What the option table cannot say.  Also run by preforkd -t. */
static int
greet_check(const void *arg, char *reason, size_t reason_bytes)
{
	const struct greet_config *config = arg;

	if (config->name[0] != '\0')
		return 0;
	snprintf(reason, reason_bytes, "name is empty");
	return -1;
}

/* In each new worker, before it accepts: open, connect, allocate. */
static int
greet_worker_init(const void *arg, void **worker_data, char *reason,
    size_t reason_bytes)
{
	const struct greet_config *config = arg;
	size_t room = strlen(config->name) + sizeof("Hello, !\n");
	struct greet_worker *worker = malloc(sizeof(*worker) + room);

	if (worker == NULL) {
		snprintf(reason, reason_bytes, "no memory");
		return -1;
	}
	worker->bytes =
	    (size_t)snprintf(worker->line, room, "Hello, %s!\n", config->name);
	*worker_data = worker;
	return 0;
}

/* One client.  prefork closes the connection afterwards. */
static int
greet_handle(struct prefork_conn *conn)
{
	const struct greet_config *config = prefork_conn_config(conn);
	const struct greet_worker *worker = prefork_conn_worker_data(conn);
	int64_t i;

	for (i = 0; i < config->times; i++)
		if (prefork_write(conn, worker->line, worker->bytes) == -1)
			return -1;
	return 0;
}

static void
greet_worker_exit(void *worker_data)
{
	free(worker_data);
}

PREFORK_MODULE = {
	PREFORK_MODULE_HEAD,
	.name = "greet",
	.version = "1.0",
	.summary = "says hello",
	.options = options,
	.config_size = sizeof(struct greet_config),
	.check = greet_check,
	.worker_init = greet_worker_init,
	.handle = greet_handle,
	.worker_exit = greet_worker_exit,
};
