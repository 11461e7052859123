/*
 * Is a service there for clients?  Over HTTP: 200, or 503 with the reason.
 * Runs in: worker.
 */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <prefork/module.h>

#include "http.h"

struct health_config {
	const char *service; /* NULL: all */
	int64_t timeout_ms;
};

static const char *
explain(const char *service, char *text, size_t bytes)
{
	if (errno != ENOENT)
		(void)snprintf(text, bytes, "the daemon does not tell: %s",
		    strerror(errno));
	else
		(void)snprintf(text, bytes, "there is no service '%s'",
		    service);
	return text;
}

static int
answer(struct prefork_conn *conn, const struct http_request *request)
{
	const struct health_config *config = prefork_conn_config(conn);
	struct prefork_state state;
	char text[256];

	if (prefork_server_state(conn, config->service, &state) == -1)
		return http_say(conn, request, 503,
		    explain(config->service, text, sizeof(text)));
	if (state.state == PREFORK_STATE_READY)
		return http_say(conn, request, 200, "ready");
	return http_say(conn, request, 503, state.reason);
}

static int
health(struct prefork_conn *conn)
{
	const struct health_config *config = prefork_conn_config(conn);

	return http_serve(conn, config->timeout_ms, answer);
}

static const struct prefork_option options[] = {
	{
	    .name = "service",
	    .type = PREFORK_STRING,
	    .offset = offsetof(struct health_config, service),
	    .help = "Which service is watched; without it all others are.",
	},
	{
	    .name = "timeout",
	    .type = PREFORK_DURATION,
	    .offset = offsetof(struct health_config, timeout_ms),
	    .preset = "10s",
	    .min = 100,
	    .max = 3600000,
	    .help = "How long a request may take, and an answer.",
	},
	{ .name = NULL },
};

PREFORK_MODULE = {
	PREFORK_MODULE_HEAD,
	.name = "health",
	.version = "1.0",
	.summary = "whether services are there for clients (HTTP)",
	.options = options,
	.config_size = sizeof(struct health_config),
	.flags = PREFORK_CLIENT_FIRST,
	.handle = health,
};
