/*
 * Answers HAProxy's agent-check: one line with the whole state each time,
 * because what a line leaves out stays as an earlier one made it.
 * Runs in: worker.
 */
#include "config.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include <prefork/module.h>

/* HAProxy waits for the line; who takes none is let go. */
#define ANSWER_MS 10000

struct agent_config {
	const char *service; /* NULL: all */
};

/*
 * The share of the workers that is idle.  Never 0, which would take the server
 * out: where all are busy a connection can still wait in the queue of this
 * one, and where that is so of all servers HAProxy would have none.
 */
static unsigned
weight(const struct prefork_state *state)
{
	if (state->wanted == 0 || state->idle >= state->wanted)
		return 100;
	return state->idle * 100 / state->wanted > 0 ?
	    state->idle * 100 / state->wanted :
	    1;
}

static int
say_state(struct prefork_conn *conn, const struct prefork_state *state)
{
	switch (state->state) {
	case PREFORK_STATE_READY:
		return prefork_printf(conn, "ready up %u%%\n", weight(state));
	case PREFORK_STATE_DRAINED:
	case PREFORK_STATE_STOPPING:
		return prefork_printf(conn, "drain\n");
	case PREFORK_STATE_MAINT:
		return prefork_printf(conn, "maint\n");
	default:
		return prefork_printf(conn, "down #%s\n", state->reason);
	}
}

/* Of a daemon that does not tell nothing is known, and the balancer does best
 * to leave things as they are: it ignores an answer without a line. */
static int
agent(struct prefork_conn *conn)
{
	const struct agent_config *config = prefork_conn_config(conn);
	struct prefork_state state;

	prefork_conn_set_deadline(conn, ANSWER_MS);
	if (prefork_server_state(conn, config->service, &state) == 0)
		return say_state(conn, &state) == -1 ? -1 : 0;
	if (errno == ENOENT)
		return prefork_printf(conn, "down #there is no service %s\n",
			   config->service) == -1 ?
		    -1 :
		    0;
	prefork_conn_log(conn, "the daemon does not tell: %s", strerror(errno));
	return -1;
}

static const struct prefork_option options[] = {
	{
	    .name = "service",
	    .type = PREFORK_STRING,
	    .offset = offsetof(struct agent_config, service),
	    .help = "Which service is watched; without it all others are.",
	},
	{ .name = NULL },
};

PREFORK_MODULE = {
	PREFORK_MODULE_HEAD,
	.name = "agent",
	.version = "1.0",
	.summary = "answers HAProxy's agent-check",
	.options = options,
	.config_size = sizeof(struct agent_config),
	.handle = agent,
};
