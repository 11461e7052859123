/*
 * The last words of a worker that gets ABRT, from the master, from a stranger
 * or by its own abort(): what it was doing, for whom, for how long, and where
 * in the code.  Then it dies of the signal as if nobody had caught it.
 *
 * A signal handler on a stack of its own, because the handler's may be
 * destroyed.  It may have come in the midst of malloc, stdio or the dynamic
 * linker, so it calls nothing that takes a lock of theirs.
 * Runs in: worker.
 */
#include "config.h"

#include <sysexits.h>

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/safe_text.h"
#include "scoreboard/client_text.h"
#include "scoreboard/slot.h"
#include "worker/backtrace.h"
#include "worker/state.h"

/* Unwinding takes some KiB, the signal frame of a large processor as many. */
#define DUMP_STACK_BYTES 65536

/* raise(3) has a code of its own on some systems. */
#ifndef SI_TKILL
#define SI_TKILL SI_USER
#endif

/* Copies: what the handler smashed may be what points there. */
static struct {
	struct scoreboard_slot *slot;
	const uint64_t *connections;
	const char *module_file;
	pid_t master_pid;
	/* Behind what is written at the start, so that an idle worker has no
	 * page of its own for it. */
	_Alignas(max_align_t) char stack[DUMP_STACK_BYTES];
} dump;

static void
put_sender(struct safe_text *text, const siginfo_t *info)
{
	bool by_process = info->si_code == SI_USER ||
	    info->si_code == SI_QUEUE || info->si_code == SI_TKILL;

	if (!by_process || info->si_pid == 0) {
		safe_put(text, "from outside");
	} else if (info->si_pid == getpid()) {
		safe_put(text, "by itself");
	} else if (info->si_pid == dump.master_pid) {
		safe_put(text, "by the master");
	} else {
		safe_put(text, "by pid ");
		safe_put_number(text, info->si_pid);
	}
}

static void
put_note(struct safe_text *text, const struct scoreboard_slot *slot)
{
	size_t length = 0;

	while (length < sizeof(slot->note) && slot->note[length] != '\0')
		length++;
	if (length == 0)
		return;
	safe_put(text, ", note: ");
	safe_put_bytes(text, slot->note, length);
}

/* Told only where somebody has kept it. */
static void
put_progress(struct safe_text *text, struct scoreboard_slot *slot)
{
	int64_t active_ms = atomic_load(&slot->active_ms);

	if (active_ms <= atomic_load(&slot->since_ms) || active_ms == INT64_MAX)
		return;
	safe_put(text, ", no progress for ");
	safe_put_number(text, clock_ms() - active_ms);
	safe_put(text, " ms");
}

static void
put_work(struct safe_text *text, struct scoreboard_slot *slot)
{
	uint32_t state = atomic_load(&slot->state);

	safe_put(text, slot_state_name((enum slot_state)state));
	safe_put(text, " for ");
	safe_put_number(text, clock_ms() - atomic_load(&slot->since_ms));
	safe_put(text, " ms");
	if (state != SLOT_BUSY)
		return;
	safe_put(text, ", connection ");
	safe_put_number(text, (int64_t)*dump.connections);
	safe_put(text, " of ");
	client_put(text, &slot->client);
	put_progress(text, slot);
	put_note(text, slot);
}

/* What follows cannot be caught: the disposition is the default again. */
static void
die_of_it(void)
{
	sigset_t abrt;

	(void)sigemptyset(&abrt);
	(void)sigaddset(&abrt, SIGABRT);
	(void)sigprocmask(SIG_UNBLOCK, &abrt, NULL);
	(void)raise(SIGABRT);
	_exit(EX_SOFTWARE);
}

/* The stack that is walked was nonsense. */
static void
on_fault(int signo)
{
	(void)signo;
	log_emergency(PF_WORKER_FRAME, "the rest of the stack is destroyed");
	die_of_it();
}

static void
catch_faults(void)
{
	struct sigaction action = { .sa_handler = on_fault,
		.sa_flags = SA_ONSTACK | SA_NODEFER };

	(void)sigemptyset(&action.sa_mask);
	(void)sigaction(SIGSEGV, &action, NULL);
	(void)sigaction(SIGBUS, &action, NULL);
}

static void
on_abort(int signo, siginfo_t *info, void *context)
{
	struct safe_text text;

	(void)signo;
	(void)context;
	safe_begin(&text);
	safe_put(&text, "aborted ");
	put_sender(&text, info);
	safe_put(&text, ", ");
	put_work(&text, dump.slot);
	log_emergency(PF_WORKER_ABORTED, text.bytes);
	catch_faults();
	backtrace_log(dump.module_file);
	die_of_it();
}

static int
use_own_stack(void)
{
	stack_t stack = { .ss_sp = dump.stack, .ss_size = sizeof(dump.stack) };

	return sigaltstack(&stack, NULL);
}

int
dump_install(const struct worker *worker)
{
	struct sigaction action = { .sa_sigaction = on_abort,
		.sa_flags = SA_SIGINFO | SA_ONSTACK | (int)SA_RESETHAND };
	sigset_t abrt;

	dump.slot = worker->setup->slot;
	dump.connections = &worker->connections;
	dump.module_file = worker->service->module_file;
	dump.master_pid = worker->setup->master_pid;
	(void)sigemptyset(&action.sa_mask);
	(void)sigemptyset(&abrt);
	(void)sigaddset(&abrt, SIGABRT);
	if (use_own_stack() == -1 || sigaction(SIGABRT, &action, NULL) == -1)
		return -1;
	return sigprocmask(SIG_UNBLOCK, &abrt, NULL);
}
