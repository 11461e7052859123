/*
 * What workers are told of the daemon when they ask: the metrics, or whether
 * services are there for clients.  They learn it from the master and not from
 * shared memory, because only the master adds up what the dead have counted,
 * and because no worker can write what another one is told.
 * Runs in: master.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <prefork/conn.h>

#include "base/fd.h"
#include "control/control.h"
#include "master/answer.h"
#include "master/figures.h"
#include "master/steer.h"

/* Services as one: the worst state, and the sums. */
struct summary {
	unsigned count;
	int state;
	unsigned wanted, idle, busy;
	const char *reason, *service; /* of that state */
};

static int
metrics_file(struct master *m)
{
	struct control_client *sheet = control_sheet();

	if (sheet == NULL)
		return -1;
	steer_metrics(m, sheet);
	return control_sheet_end(sheet);
}

static int
state_of(const struct crew *crew, const char **reason)
{
	const struct master *m = crew->cohort->master;

	if (m->life >= LIFE_LEAVING) {
		*reason = "the daemon stops";
		return PREFORK_STATE_STOPPING;
	}
	if (m->drained || crew->pool.want == 0) {
		*reason = crew->maintained ? "maintenance" : "drained";
		return crew->maintained ? PREFORK_STATE_MAINT :
					  PREFORK_STATE_DRAINED;
	}
	*reason = "";
	if (pool_count(&crew->pool, POOL_READY) > 0)
		return PREFORK_STATE_READY;
	*reason = crew->up ? "no worker is ready" : "starting";
	return crew->up ? PREFORK_STATE_DOWN : PREFORK_STATE_STARTING;
}

static void
add(struct summary *summary, const struct crew *crew, const struct figures *f)
{
	const char *reason;
	int state = state_of(crew, &reason);

	summary->wanted += f->wanted;
	summary->idle += f->idle;
	summary->busy += f->busy;
	if (summary->count++ > 0 && state <= summary->state)
		return;
	summary->state = state;
	summary->reason = reason;
	summary->service = crew_name(crew);
}

/* `service`: this one; "": all others than `asker`, or it where it is alone. */
static bool
is_meant(const struct crew *crew, const char *service, const char *asker)
{
	if (service[0] != '\0')
		return strcmp(crew_name(crew), service) == 0;
	return crew->cohort->generation->service_count == 1 ||
	    strcmp(crew_name(crew), asker) != 0;
}

/* False where memory is short. */
static bool
answer_state(const struct worker_record *record, const char *service,
    struct channel_message *answer)
{
	struct master *m = record->master;
	struct cohort *current = m->current;
	struct summary summary = { .count = 0 };
	struct figures *all = figures_take(m);
	size_t i;

	for (i = 0; all != NULL && i < current->generation->service_count; i++)
		if (is_meant(&current->crews[i], service,
			crew_name(record->crew)))
			add(&summary, &current->crews[i], &all[i]);
	if (all == NULL)
		return false;
	free(all);
	if (summary.count == 0)
		return true;
	answer->length = (uint16_t)snprintf(answer->text, sizeof(answer->text),
	    "%d %u %u %u %s%s%s", summary.state, summary.wanted, summary.idle,
	    summary.busy, summary.reason[0] != '\0' ? summary.service : "",
	    summary.reason[0] != '\0' ? ": " : "", summary.reason);
	return true;
}

void
answer_worker(struct worker_record *record,
    const struct channel_message *question)
{
	struct channel_message answer = {
		.type = CHANNEL_ANSWER, .value = question->value, .fd = -1
	};

	switch (ASK_KIND(question->value)) {
	case ASK_METRICS:
		answer.fd = metrics_file(record->master);
		break;
	case ASK_STATE:
		if (!answer_state(record, question->text, &answer))
			return;
		break;
	default:
		break;
	}
	(void)channel_send(record->channel.fd, &answer);
	fd_close(&answer.fd);
}
