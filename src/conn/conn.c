/*
 * What a handler may ask of its connection.  Addresses become text only when
 * somebody asks, so that a connection costs no formatting.
 * Not reading and writing (io.c) nor closing (close.c).
 * Runs in: worker, one-shot mode.
 */
#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/export.h"
#include "base/log.h"
#include "conn/conn.h"

/* Not in the connection, which who asks for it may not change. */
static bool is_lent;

bool
conn_is_lent(void)
{
	return is_lent;
}

void
conn_begin(struct prefork_conn *conn, const struct conn_context *context,
    uint64_t number)
{
	conn->context = context;
	conn->number = number;
	is_lent = false;
	conn->at_end = false;
	conn->timed_out = false;
	conn->begun_ms = context->limits.total_ms > 0 ? clock_ms() : 0;
	conn->deadline_ms = CLOCK_NEVER;
	conn->received = conn->sent = conn->window_moved = 0;
	conn->waited_ms = 0;
	conn->first_us = 0;
	conn->input_next = conn->input_end = 0;
	conn->note_cut = false;
	conn->skipping = false;
	conn->output_used = 0;
	conn->datagram = NULL;
	conn->local_length = 0;
	conn->peer_text[0] = '\0';
	conn->local_text[0] = '\0';
}

void
conn_set_ends(struct prefork_conn *conn, const struct sockaddr_storage *peer,
    socklen_t peer_length, const struct sockaddr_storage *local,
    socklen_t local_length)
{
	conn->peer = *peer;
	conn->peer_length = peer_length;
	conn->peer_text[0] = '\0';
	conn->local = *local;
	conn->local_length = local_length;
	conn->local_text[0] = '\0';
}

PREFORK_API int
prefork_conn_fd(const struct prefork_conn *conn)
{
	is_lent = true;
	return conn->fd;
}

PREFORK_API const char *
prefork_conn_peer(struct prefork_conn *conn)
{
	if (conn->peer_text[0] == '\0')
		endpoint_format((struct sockaddr *)&conn->peer,
		    conn->peer_length, conn->peer_text,
		    sizeof(conn->peer_text));
	return conn->peer_text;
}

PREFORK_API const struct sockaddr *
prefork_conn_peer_address(const struct prefork_conn *conn, socklen_t *length)
{
	*length = conn->peer_length;
	return (const struct sockaddr *)&conn->peer;
}

PREFORK_API const struct sockaddr *
prefork_conn_local_address(struct prefork_conn *conn, socklen_t *length)
{
	socklen_t size = sizeof(conn->local);

	if (conn->local_length == 0) {
		memset(&conn->local, 0, sizeof(conn->local));
		if (getsockname(conn->fd, (struct sockaddr *)&conn->local,
			&size) == -1)
			size = sizeof(sa_family_t);
		if (conn->datagram != NULL)
			datagram_local(conn->datagram, &conn->local);
		conn->local_length = size;
	}
	*length = conn->local_length;
	return (const struct sockaddr *)&conn->local;
}

PREFORK_API const char *
prefork_conn_local(struct prefork_conn *conn)
{
	const struct sockaddr *address;
	socklen_t length;

	if (conn->local_text[0] == '\0') {
		address = prefork_conn_local_address(conn, &length);
		endpoint_format(address, length, conn->local_text,
		    sizeof(conn->local_text));
	}
	return conn->local_text;
}

PREFORK_API const void *
prefork_conn_tlv(const struct prefork_conn *conn, unsigned type, size_t *length)
{
	const struct conn_context *context = conn->context;

	return context->hooks != NULL ?
	    context->hooks->field(context->worker, type, length) :
	    NULL;
}

PREFORK_API const char *
prefork_conn_service(const struct prefork_conn *conn)
{
	return conn->context->service;
}

PREFORK_API uint64_t
prefork_conn_number(const struct prefork_conn *conn)
{
	return conn->number;
}

PREFORK_API const void *
prefork_conn_config(const struct prefork_conn *conn)
{
	return conn->context->config;
}

PREFORK_API void *
prefork_conn_worker_data(const struct prefork_conn *conn)
{
	return conn->context->worker_data;
}

PREFORK_API int
prefork_conn_draining(const struct prefork_conn *conn)
{
	const struct conn_context *context = conn->context;

	if (context->slot != NULL &&
	    (slot_orders(context->slot) & ORDER_BITS) != 0)
		return 1;
	return context->hooks != NULL &&
	    context->hooks->leaving(context->worker);
}

PREFORK_API void
prefork_conn_retire(struct prefork_conn *conn)
{
	if (conn->context->hooks != NULL)
		conn->context->hooks->retire(conn->context->worker);
}

PREFORK_API void
prefork_conn_set_deadline(struct prefork_conn *conn, int64_t from_now_ms)
{
	int64_t now_ms;

	conn->deadline_ms = CLOCK_NEVER;
	if (from_now_ms <= 0)
		return;
	now_ms = clock_ms();
	if (from_now_ms < CLOCK_NEVER - now_ms)
		conn->deadline_ms = now_ms + from_now_ms;
}

PREFORK_API void
prefork_conn_note(struct prefork_conn *conn, const char *note)
{
	if (conn->context->slot != NULL)
		slot_note(conn->context->slot, note);
	conn->note_cut = strlen(note) >= SCOREBOARD_NOTE_BYTES;
	conn_progress(conn);
}

PREFORK_API void
prefork_conn_log(struct prefork_conn *conn, const char *format, ...)
{
	char line[LOG_LINE_BYTES];
	int saved = errno;
	va_list ap;

	va_start(ap, format);
	(void)vsnprintf(line, sizeof(line), format, ap);
	va_end(ap);
	log_event(PF_HANDLER_LOG, "connection %" PRIu64 " of %s: %s",
	    conn->number, prefork_conn_peer(conn), line);
	errno = saved;
}
