/*
 * The verb load.
 * Runs in: prefork-client.
 */
#include "config.h"

#include <sys/resource.h>

#include <errno.h>
#include <signal.h>
#include <string.h>

#include "base/clock.h"
#include "base/command.h"
#include "client/load.h"

/* Times that each connection may be refused before any is accepted. */
#define HOPELESS 3
/* Descriptors beside those of connections. */
#define DESCRIPTORS_MORE 16

/* A second signal that comes so soon is the first one again, from somebody
 * who passes on what we have heard already. */
#define SAME_SIGNAL_MS 500

static volatile sig_atomic_t interrupted;

static void
on_interrupt(int number)
{
	(void)number;
	interrupted = interrupted < 2 ? interrupted + 1 : 2;
}

static void
watch_for_interrupt(void)
{
	struct sigaction action = { .sa_handler = on_interrupt };

	(void)sigaction(SIGINT, &action, NULL);
	(void)sigaction(SIGTERM, &action, NULL);
}

/* The first one lets operations end, the second one does not. */
static void
obey_interrupts(struct load *load, int64_t now_ms)
{
	static int64_t first_ms;

	if (interrupted == 0)
		return;
	load->stopping = true;
	if (first_ms == 0)
		first_ms = now_ms;
	if (now_ms - first_ms < SAME_SIGNAL_MS)
		interrupted = 1;
	else if (interrupted == 2)
		load->active = 0;
}

static int
have_descriptors(const struct options *options, struct error *e)
{
	rlim_t wanted = (rlim_t)options->connections + DESCRIPTORS_MORE;
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == -1 || limit.rlim_cur >= wanted)
		return 0;
	limit.rlim_cur = limit.rlim_max < wanted ? limit.rlim_max : wanted;
	if (limit.rlim_cur == wanted && setrlimit(RLIMIT_NOFILE, &limit) == 0)
		return 0;
	return error_set(e, PF_USAGE,
	    "-c %lld: only %lld descriptors are allowed here",
	    (long long)options->connections, (long long)limit.rlim_max);
}

/* Nobody is there, and nobody came. */
static bool
is_hopeless(const struct load *load)
{
	return load->connected == 0 &&
	    load->errors[LOAD_REFUSED] >=
	    HOPELESS * (uint64_t)load->options->connections;
}

static int
run(struct load *load, struct error *e)
{
	int64_t now_ms = clock_ms(), next_ms;

	load->begun_ms = now_ms;
	load->until_ms = load->options->count > 0 ?
	    CLOCK_NEVER :
	    now_ms + load->options->duration_ms;
	if (load_begin(load, e) == -1)
		return -1;
	while (load->active > 0) {
		next_ms = load->look_ms;
		if (!load->stopping && load->until_ms < next_ms)
			next_ms = load->until_ms;
		if (loop_wait(load->loop, next_ms) == -1)
			return error_set(e, PF_SYSCALL, "waiting: %s",
			    strerror(errno));
		now_ms = clock_ms();
		if (now_ms >= load->until_ms)
			load->stopping = true;
		obey_interrupts(load, now_ms);
		if (is_hopeless(load))
			load->stopping = true;
		load_look(load, now_ms);
		load_progress(load, now_ms);
	}
	load->ended_ms = clock_ms();
	return 0;
}

int
run_load(const struct options *options)
{
	static struct load load;
	struct error e;
	int result;

	load.options = options;
	if (options->datagrams && options->bytes > OPTIONS_DATAGRAM_BYTES)
		return command_fail(PF_USAGE,
		    "a datagram has no room for that");
	if (have_descriptors(options, &e) == -1 ||
	    options_target(options, options->words, &load.target, &e) == -1)
		return command_fail_with(&e);
	watch_for_interrupt();
	result = run(&load, &e);
	load_progress_end();
	load_end(&load);
	if (result == -1)
		return command_fail_with(&e);
	load_report(&load);
	if (load.failed == 0 && load.done > 0)
		return 0;
	return command_fail(PF_CLIENT_FAILED,
	    load.failed > 0 ? "not all operations succeeded" :
			      "no operation was done");
}
