/*
 * From the fork to READY: signals, privileges, handler, READY; then serve.
 * Privileges are dropped before the handler's code is loaded.
 * Runs in: worker.
 */
#include "config.h"

#include <sys/socket.h>
#include <sysexits.h>

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/sigpipe.h"
#include "worker/state.h"

const struct signal_rule worker_signals[WORKER_SIGNALS] = {
	{ SIGTERM, SIGNAL_EVENT, "finish the connection and exit" },
	{ SIGQUIT, SIGNAL_EVENT, "finish the connection and exit" },
	{ SIGINT, SIGNAL_IGNORE, "ignored" },
	{ SIGHUP, SIGNAL_IGNORE, "ignored" },
	{ SIGUSR1, SIGNAL_IGNORE, "ignored" },
	{ SIGUSR2, SIGNAL_IGNORE, "ignored" },
	{ SIGTTIN, SIGNAL_IGNORE, "ignored" },
	{ SIGTTOU, SIGNAL_IGNORE, "ignored" },
	{ SIGWINCH, SIGNAL_IGNORE, "ignored" },
	{ SIGPIPE, SIGNAL_IGNORE, "ignored" },
	{ SIGXFSZ, SIGNAL_IGNORE, "ignored" },
};

static int
load_code(struct service *service, struct module *module, struct error *e)
{
	const struct service_settings *settings = service->settings;

	if (settings->handler != NULL)
		return module_load_snapshot(&service->snapshot,
		    service->module_file, module, e);
	if (settings->descriptor != NULL)
		return module_builtin(settings->descriptor, module, e);
	memset(module, 0, sizeof(*module));
	module->handle_client = settings->handle_client;
	return 0;
}

/* Has the handler what serves a socket of this type? */
static bool
is_served(const struct module *module, int type)
{
	const struct prefork_module *d = module->descriptor;

	if (type == SOCK_STREAM)
		return d == NULL || d->handle != NULL;
	return d != NULL && d->datagram != NULL;
}

static int
check_kind(const struct service_settings *settings, const struct module *module,
    struct error *e)
{
	char text[ENDPOINT_TEXT_BYTES];
	const struct endpoint *endpoint;
	size_t i;

	for (i = 0; i < settings->endpoint_count; i++) {
		endpoint = &settings->endpoints[i];
		if (is_served(module, endpoint->type))
			continue;
		endpoint_name(endpoint, text, sizeof(text));
		return error_set(e, PF_DATAGRAM,
		    endpoint->type == SOCK_STREAM ?
			"%s takes datagrams, not the connections of %s" :
			"%s takes connections, not the datagrams of %s",
		    settings->name, text);
	}
	return 0;
}

int
worker_load(struct service *service, struct module *module, struct error *e)
{
	const struct service_settings *settings = service->settings;

	if (load_code(service, module, e) == -1)
		return -1;
	if (check_kind(settings, module, e) == -1 ||
	    module_configure(module, settings->arguments,
		settings->argument_count, e) == -1 ||
	    module_check(module, e) == -1) {
		module_fini(module);
		return -1;
	}
	return 0;
}

static _Noreturn void
give_up(const struct worker *worker, const struct error *e)
{
	struct channel_message message;
	size_t length = strlen(e->text);

	if (length > CHANNEL_TEXT_BYTES)
		length = CHANNEL_TEXT_BYTES;
	message.type = CHANNEL_FAILED;
	message.value = (uint32_t)e->id;
	message.length = (uint16_t)length;
	memcpy(message.text, e->text, length);
	message.fd = -1;
	(void)channel_send(worker->channel.fd, &message);
	_exit(error_exit_code(e));
}

static int
init_handler(struct worker *worker, struct error *e)
{
	const struct prefork_module *d = worker->module.descriptor;
	char reason[ERROR_TEXT_BYTES / 2] = "no reason given";

	if (d == NULL || d->worker_init == NULL)
		return 0;
	if (d->worker_init(worker->module.config, &worker->context.worker_data,
		reason, sizeof(reason)) == 0)
		return 0;
	reason[sizeof(reason) - 1] = '\0';
	return error_set(e, PF_MODULE_INIT, "%s: worker_init: %s",
	    worker->service->settings->name, reason);
}

/* Each worker has a service of its own, by the fork. */
static int
load_handler(struct worker *worker, struct error *e)
{
	const struct worker_setup *setup = worker->setup;
	struct service *service = &setup->generation->services[setup->service];
	bool has_copy = service->snapshot.fd >= 0;

	if (worker_load(service, &worker->module, e) == -1)
		return -1;
	if (has_copy && !worker->module.is_copy)
		log_event(PF_MODULE_PATH,
		    "loaded from %s itself, because a copy of it cannot be",
		    service->module_file);
	return 0;
}

bool worker_is_copy;

static void
mark_copy(void)
{
	worker_is_copy = true;
}

int
worker_watch_copies(void)
{
	int failure = pthread_atfork(NULL, NULL, mark_copy);

	if (failure == 0)
		return 0;
	errno = failure;
	return -1;
}

struct conn_limits
worker_limits(const struct timeouts *timeouts)
{
	return (struct conn_limits) {
		.idle_ms = timeouts->idle_ms,
		.write_ms = timeouts->write_ms,
		.min_rate = timeouts->min_rate,
		.window_ms = CONN_RATE_WINDOW_MS,
		.total_ms = timeouts->total_ms,
	};
}

static const struct conn_hooks worker_hooks = {
	.retire = recycle_wanted,
	.leaving = orders_leaving,
	.wait = orders_wait_with,
	.field = proxy_field,
	.ask = ask_master,
};

static void
set_context(struct worker *worker)
{
	worker->context = (struct conn_context) {
		.service = worker->service->settings->name,
		.config = worker->module.config,
		.slot = worker->setup->slot,
		.hooks = &worker_hooks,
		.worker = worker,
		.limits = worker_limits(&worker->service->settings->timeouts),
	};
}

static int
prepare(struct worker *worker, struct error *e)
{
	const struct worker_setup *setup = worker->setup;

	if (sigpipe_install(worker_signals, WORKER_SIGNALS) == -1 ||
	    dump_install(worker) == -1)
		return error_set(e, PF_SYSCALL, "signals: %s", strerror(errno));
	if (worker_watch_copies() == -1)
		return error_set(e, PF_SYSCALL, "no memory for a handler");
	if (worker_enter(setup->generation->settings,
		&setup->generation->services[setup->service], e) == -1 ||
	    load_handler(worker, e) == -1)
		return -1;
	set_context(worker);
	if (init_handler(worker, e) == -1)
		return -1;
	worker->waiter = waiter_new(worker->listeners, worker->listener_count,
	    setup->channel_fd, sigpipe_fd());
	if (worker->waiter == NULL)
		return error_set(e, PF_SYSCALL, "waiting: %s", strerror(errno));
	return 0;
}

static uint32_t
ready_flags(const struct module *module)
{
	return module->descriptor != NULL &&
		(module->descriptor->flags & PREFORK_SINGLE_WORKER) != 0 ?
	    READY_SINGLE :
	    0;
}

/* The master's are shared by generations; a worker closes its own. */
static int
copy_listeners(struct worker *worker)
{
	const struct listener_set *set = worker->service->listeners;
	size_t i;

	worker->listeners = calloc(set->count + 1, sizeof(*worker->listeners));
	if (worker->listeners == NULL)
		return -1;
	for (i = 0; i < set->count; i++)
		worker->listeners[i] = set->items[i]->listener;
	worker->listener_count = set->count;
	return 0;
}

_Noreturn void
worker_main(const struct worker_setup *setup)
{
	static struct worker worker;
	struct error e;
	sigset_t none;

	worker.setup = setup;
	worker.service = &setup->generation->services[setup->service];
	if (copy_listeners(&worker) == -1)
		_exit(EX_OSERR);
	datagram_init(&worker);
	channel_init(&worker.channel, setup->channel_fd);
	log_set_worker(worker.service->settings->name, setup->slot_number,
	    setup->generation->number);
	log_share_level(&setup->board->header->log_level);
	log_share_losses(&setup->slot->log_lost, &setup->slot->log_told);
	recycle_init(&worker);
	access_init(&worker);
	(void)sigemptyset(&none);
	if (prepare(&worker, &e) == -1)
		give_up(&worker, &e);
	worker.now_ms = worker.checked_ms = clock_ms();
	sigpipe_restore(&none);
	if (channel_send_fd(setup->channel_fd, CHANNEL_READY,
		ready_flags(&worker.module), -1) == -1)
		_exit(EX_OK);
	if (orders_await_go(&worker)) {
		slot_set_state(setup->slot, SLOT_IDLE, clock_ms());
		serve(&worker);
	}
	leave(&worker);
}
