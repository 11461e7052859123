/*
 * When this worker asks to be replaced: it has served enough, it has grown too
 * big, or its handler wants it.  It goes on serving until it is told to go.
 * Runs in: worker.
 */
#include "config.h"

#include <sys/resource.h>

#include <unistd.h>

#include "base/clock.h"
#include "base/random.h"
#include "worker/state.h"

/* The unit of ru_maxrss. */
#ifdef __APPLE__
#define MAXRSS_BYTES 1
#else
#define MAXRSS_BYTES 1024
#endif

void
recycle_init(struct worker *worker)
{
	const struct service_settings *settings = worker->service->settings;
	uint64_t random = ((uint64_t)getpid() << 32) ^ (uint64_t)clock_ms();

	worker->request_limit = settings->max_requests -
	    random_part(&random, settings->max_requests,
		settings->max_requests_jitter);
	if (settings->max_requests > 0 && worker->request_limit == 0)
		worker->request_limit = 1;
}

/* Once is enough: the master does not forget. */
static void
ask(struct worker *worker, enum recycle_reason why)
{
	if (worker->asked_recycling)
		return;
	worker->asked_recycling = true;
	(void)channel_send_fd(worker->channel.fd, CHANNEL_RECYCLE, why, -1);
}

void
recycle_begun(struct worker *worker)
{
	if (worker->connections == worker->request_limit)
		ask(worker, RECYCLE_REQUESTS);
}

void
recycle_ended(struct worker *worker)
{
	uint64_t limit = worker->service->settings->max_rss_bytes;
	struct rusage usage;

	if (limit == 0 || worker->asked_recycling ||
	    getrusage(RUSAGE_SELF, &usage) == -1)
		return;
	if ((uint64_t)usage.ru_maxrss * MAXRSS_BYTES > limit)
		ask(worker, RECYCLE_RSS);
}

void
recycle_wanted(void *arg)
{
	struct worker *worker = arg;

	ask(worker, RECYCLE_ASKED);
	worker->leave_next = true;
	worker->look = true;
}
