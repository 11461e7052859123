/*
 * What a handler may ask of the daemon: its figures, and whether it serves.
 * Only the master knows, so it is asked, and nothing here is remembered.
 * Runs in: worker, one-shot mode.
 */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/export.h"
#include "conn/conn.h"

/* The master answers within milliseconds; an upgrade's exec takes longer. */
#define PATIENCE_MS 3000

static int
ask(struct prefork_conn *conn, enum channel_question question,
    struct channel_message *message)
{
	const struct conn_context *context = conn->context;
	int64_t deadline_ms = conn_deadline(conn, PATIENCE_MS, clock_ms());

	errno = ENOTSUP;
	if (context->hooks == NULL)
		return -1;
	conn_progress(conn);
	return context->hooks->ask(context->worker, question, message,
	    deadline_ms);
}

PREFORK_API int
prefork_server_metrics(struct prefork_conn *conn)
{
	struct channel_message message = { .length = 0 };

	if (ask(conn, ASK_METRICS, &message) == -1)
		return -1;
	if (message.fd == -1)
		errno = ENOMEM;
	return message.fd;
}

/* "STATE WANTED IDLE BUSY REASON" */
static int
read_state(char *text, struct prefork_state *state)
{
	unsigned long numbers[4];
	char *next = text;
	size_t i;

	for (i = 0; i < 4; i++)
		numbers[i] = strtoul(next, &next, 10);
	if (*next != ' ' || numbers[0] > PREFORK_STATE_STOPPING) {
		errno = EPROTO;
		return -1;
	}
	state->state = (int)numbers[0];
	state->wanted = (unsigned)numbers[1];
	state->idle = (unsigned)numbers[2];
	state->busy = (unsigned)numbers[3];
	(void)snprintf(state->reason, sizeof(state->reason), "%s", next + 1);
	return 0;
}

PREFORK_API int
prefork_server_state(struct prefork_conn *conn, const char *service,
    struct prefork_state *state)
{
	struct channel_message message;
	size_t length = service != NULL ? strlen(service) : 0;

	errno = ENOENT;
	if (length > CHANNEL_TEXT_BYTES || (service != NULL && length == 0))
		return -1;
	message.length = (uint16_t)length;
	if (length > 0)
		memcpy(message.text, service, length);
	if (ask(conn, ASK_STATE, &message) == -1)
		return -1;
	if (message.length == 0) {
		errno = ENOENT;
		return -1;
	}
	return read_state(message.text, state);
}
