/*
 * The PROXY header of a connection that was accepted, before its handler sees
 * a byte: from whom it is believed, how long it may take, and that its
 * addresses are the connection's from then on.
 * Runs in: worker.
 */
#include "config.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>

#include "admission/proxy_peer.h"
#include "admission/proxy_read.h"
#include "base/clock.h"
#include "base/fd.h"
#include "base/log.h"
#include "worker/state.h"

struct patience {
	struct worker *worker;
	int64_t end_ms; /* 0: nobody has waited yet */
};

static int64_t
wait_end(const struct patience *patience, int64_t now_ms)
{
	const struct worker *worker = patience->worker;
	int64_t end_ms = conn_deadline(&worker->conn,
	    worker->context.limits.idle_ms, now_ms);

	return end_ms < patience->end_ms ? end_ms : patience->end_ms;
}

/* Who is to leave serves what it has accepted: what else it is told is for
 * the accept loop. */
static int
wait_once(struct worker *worker, int fd, int timeout_ms)
{
	struct pollfd item = { .fd = fd, .events = POLLIN };

	if (orders_leaving(worker))
		return poll(&item, 1, timeout_ms);
	return orders_wait_with(worker, fd, timeout_ms);
}

/* 0 also where only an order came: who reads looks again. */
static int
until_input(void *arg, int fd)
{
	struct patience *patience = arg;
	struct worker *worker = patience->worker;
	int64_t now_ms = clock_ms(), end_ms;
	int ready = 0;

	if (patience->end_ms == 0) {
		patience->end_ms =
		    now_ms + worker->service->settings->timeouts.header_ms;
		slot_await(worker->setup->slot,
		    (const struct sockaddr *)&worker->conn.peer, now_ms);
	}
	conn_progress(&worker->conn);
	end_ms = wait_end(patience, now_ms);
	if (now_ms < end_ms)
		ready = wait_once(worker, fd, clock_timeout(end_ms, now_ms));
	if (ready == 0)
		errno = ETIMEDOUT;
	return ready > 0 || errno == EINTR ? 0 : -1;
}

static void
adopt_ends(struct worker *worker, const struct proxy_header *header)
{
	if (!header->is_own)
		conn_set_ends(&worker->conn, &header->peer.address,
		    header->peer.length, &header->local.address,
		    header->local.length);
}

/* Of somebody who is not heard of again. */
static void
refuse(struct worker *worker, const char *sentence)
{
	struct scoreboard_slot *slot = worker->setup->slot;
	struct slot_client client = { .family = AF_UNSPEC };

	worker->now_ms = clock_ms();
	slot_set_state(slot, SLOT_IDLE, worker->now_ms);
	slot_count_refusal(slot, REFUSED_PROXY);
	fd_close(&worker->conn.fd);
	if (sentence == NULL) {
		log_event(PF_PROXY_SILENT, "%s left without a word",
		    prefork_conn_peer(&worker->conn));
		return;
	}
	slot_client_set(&client, (const struct sockaddr *)&worker->conn.peer);
	refusal_tell(&worker->refusals, REFUSED_PROXY, &client, sentence,
	    worker->now_ms);
}

bool
proxy_admit(struct worker *worker)
{
	struct patience patience = { .worker = worker };
	struct proxy_wait wait = { until_input, &patience };
	struct proxy_header *header = &worker->proxied;
	char sentence[PROXY_REASON_BYTES + 16];

	/* Handed over at a stop when it was gone already: nobody can say who
	 * it was. */
	if (worker->conn.peer.ss_family == AF_UNSPEC) {
		refuse(worker, NULL);
		return false;
	}
	if (!proxy_trusts(&worker->service->settings->proxy,
		(const struct sockaddr *)&worker->conn.peer)) {
		refuse(worker, "a PROXY header of it is not believed");
		return false;
	}
	switch (proxy_read(worker->conn.fd, &wait, header)) {
	case PROXY_READ:
		adopt_ends(worker, header);
		return true;
	case PROXY_SILENT:
		refuse(worker, NULL);
		return false;
	case PROXY_REFUSED:
		(void)snprintf(sentence, sizeof(sentence), "PROXY header: %s",
		    header->reason);
		refuse(worker, sentence);
		return false;
	}
	return false;
}

const void *
proxy_field(void *worker, unsigned type, size_t *length)
{
	return proxy_find_field(&((struct worker *)worker)->proxied, type,
	    length);
}
