/*
 * Between accept and handler: asks whether the connection is let in, and
 * closes it where it is not.  The rules themselves are in src/admission.
 * Runs in: worker.
 */
#include "config.h"

#include "base/clock.h"
#include "base/fd.h"
#include "worker/state.h"

bool
admit_datagram(struct worker *worker)
{
	const struct worker_setup *setup = worker->setup;
	const struct admission *admission = worker->service->admission;
	struct slot_client client = { 0 };
	enum refusal why;

	slot_client_set(&client, (struct sockaddr *)&worker->conn.peer);
	why = admission_rules(admission, &client);
	if (why == REFUSALS)
		why = admission_limits(admission, &client, setup->board,
		    setup->cell);
	if (why == REFUSALS)
		return true;
	/* The time is looked at by orders_pending too. */
	worker->now_ms = clock_ms();
	refusal_note(setup->slot, &worker->refusals, why, &client,
	    worker->now_ms);
	return false;
}

bool
admit(struct worker *worker)
{
	if (admit_datagram(worker))
		return true;
	fd_close(&worker->conn.fd);
	return false;
}
