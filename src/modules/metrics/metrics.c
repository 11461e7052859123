/*
 * The daemon's figures for Prometheus, over HTTP.
 * Runs in: worker.
 */
#include "config.h"

#include <sys/stat.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <prefork/module.h>

#include "http.h"

#define TYPE "text/plain; version=0.0.4; charset=utf-8"

struct metrics_config {
	const char *path;
	int64_t timeout_ms;
};

static int
unavailable(struct prefork_conn *conn, const struct http_request *request)
{
	char text[128];

	(void)snprintf(text, sizeof(text), "the daemon does not tell: %s",
	    strerror(errno));
	return http_say(conn, request, 503, text);
}

static int
answer(struct prefork_conn *conn, const struct http_request *request)
{
	const struct metrics_config *config = prefork_conn_config(conn);
	struct stat st;
	int fd, result;

	if (strcmp(request->path, config->path) != 0)
		return http_say(conn, request, 404, "there is no such page");
	fd = prefork_server_metrics(conn);
	if (fd == -1)
		return unavailable(conn, request);
	result = fstat(fd, &st) == 0 ?
	    http_send(conn, request, TYPE, fd, st.st_size) :
	    unavailable(conn, request);
	(void)close(fd);
	return result;
}

static int
metrics(struct prefork_conn *conn)
{
	const struct metrics_config *config = prefork_conn_config(conn);

	return http_serve(conn, config->timeout_ms, answer);
}

static const struct prefork_option options[] = {
	{
	    .name = "path",
	    .type = PREFORK_PATH,
	    .offset = offsetof(struct metrics_config, path),
	    .preset = "/metrics",
	    .help = "Where the figures are; all else is 404.",
	},
	{
	    .name = "timeout",
	    .type = PREFORK_DURATION,
	    .offset = offsetof(struct metrics_config, timeout_ms),
	    .preset = "10s",
	    .min = 100,
	    .max = 3600000,
	    .help = "How long a request may take, and an answer.",
	},
	{ .name = NULL },
};

PREFORK_MODULE = {
	PREFORK_MODULE_HEAD,
	.name = "metrics",
	.version = "1.0",
	.summary = "the daemon's figures for Prometheus (HTTP)",
	.options = options,
	.config_size = sizeof(struct metrics_config),
	.flags = PREFORK_CLIENT_FIRST,
	.handle = metrics,
};
