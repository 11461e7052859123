/*
 * Serving datagrams: taken from the shared socket one by one, as connections
 * are, and counted as such.  A datagram costs a receive and what the handler
 * sends; nothing is allocated.
 * Runs in: worker.
 */
#include "config.h"

#include <errno.h>
#include <sysexits.h>
#include <unistd.h>

#include "admission/unsafe.h"
#include "base/clock.h"
#include "worker/state.h"

static unsigned char buffer[DATAGRAM_BYTES];
static struct datagram datagram = { .data = buffer, .room = sizeof(buffer) };
static struct unsafe_ports own_ports;

/* Between two datagrams that the worker did not really wait for: more are
 * queued, so it need not ask before it takes them. */
#define BUSY_US 10

static void
add_ports(const struct listener_set *set)
{
	const struct endpoint *endpoint;
	size_t i;

	for (i = 0; set != NULL && i < set->count; i++) {
		endpoint = &set->items[i]->listener.endpoint;
		if (endpoint->type == SOCK_DGRAM)
			unsafe_add_port(&own_ports,
			    endpoint_port((const struct sockaddr *)&endpoint
					      ->address));
	}
}

void
datagram_init(struct worker *worker)
{
	const struct generation *g = worker->setup->generation;
	size_t i;

	datagram.peer = &worker->conn.peer;
	for (i = 0; i < g->service_count; i++)
		add_ports(g->services[i].listeners);
}

static const char *
fault(const struct worker *worker)
{
	if (datagram.cut)
		return "it is too long";
	if (datagram.way.to_many)
		return "it was sent to many";
	if (unsafe_source(&own_ports,
		(const struct sockaddr *)&worker->conn.peer,
		worker->service->settings->any_source_port))
		return "its answer might be answered (source_ports)";
	return NULL;
}

static bool
is_safe(struct worker *worker)
{
	struct slot_client client = { 0 };
	const char *sentence = fault(worker);

	if (sentence == NULL)
		return true;
	slot_client_set(&client, (struct sockaddr *)&worker->conn.peer);
	worker->now_ms = clock_ms();
	slot_count_refusal(worker->setup->slot, REFUSED_UNSAFE);
	refusal_tell(&worker->refusals, REFUSED_UNSAFE, &client, sentence,
	    worker->now_ms);
	return false;
}

static int
call_handler(struct worker *worker)
{
	const struct prefork_module *d = worker->module.descriptor;
	struct prefork_conn *conn = &worker->conn;
	int result;

	result = d->datagram(conn, buffer, datagram.bytes);
	if (worker_is_copy)
		_exit(EX_OK);
	return conn_end_datagram(conn) == -1 ? -1 : result;
}

static void
begin(struct worker *worker)
{
	const struct prefork_module *d = worker->module.descriptor;

	conn_begin(&worker->conn, &worker->context, worker->connections + 1);
	conn_begin_datagram(&worker->conn, &datagram,
	    (d->flags & PREFORK_LONG_ANSWERS) != 0);
	if (worker->access.on)
		access_begin(worker);
}

static void
serve_datagram(struct worker *worker)
{
	int64_t begun_us = clock_us();

	if (begun_us - worker->ended_us < BUSY_US)
		worker->wait_first = 0;
	begin(worker);
	if (!is_safe(worker) ||
	    (worker->service->admission != NULL && !admit_datagram(worker)))
		return;
	worker->connections++;
	slot_begin(worker->setup->slot, (struct sockaddr *)&worker->conn.peer,
	    begun_us / 1000);
	recycle_begun(worker);
	serve_ended(worker, begun_us, call_handler(worker));
	recycle_ended(worker);
}

enum accept_answer
datagram_next(struct worker *worker, int from)
{
	worker->conn.fd = worker->listeners[from].fd;
	if (datagram_receive(worker->conn.fd, &datagram) == -1)
		return accept_classify(errno);
	worker->conn.peer_length = datagram.peer_length;
	serve_datagram(worker);
	return ACCEPT_OK;
}
