/*
 * Workers of the image before us: still our children, on channels that are
 * still open.
 * Runs in: master; in a rehearsal they are read only.
 */
#include "config.h"

#include <sys/wait.h>

#include <limits.h>

#include "base/clock.h"
#include "base/fd.h"
#include "master/adopt.h"

static int
fill_record(struct worker_record *record, const struct state_line *line)
{
	int64_t fd, flags, killed;
	size_t have;

	if (state_number(line, 3, -1, FD_MAX, &fd) == -1 ||
	    state_number(line, 6, 0, INT_MAX, &flags) == -1 ||
	    state_number(line, 7, 0, KILL_REASONS - 1, &killed) == -1)
		return -1;
	record->admitted = (flags & WORKER_ADMITTED) != 0;
	record->told = (flags & WORKER_TOLD) != 0;
	record->leaving = (flags & WORKER_LEAVING) != 0;
	record->stopped = (flags & WORKER_STOPPED) != 0;
	record->killed = (enum kill_reason)killed;
	if (flags >> WORKER_RECYCLE_SHIFT < RECYCLE_REASONS)
		record->recycle =
		    (enum recycle_reason)(flags >> WORKER_RECYCLE_SHIFT);
	if (record->recycle != RECYCLE_NONE)
		pool_adopt_recycling(&record->crew->pool, record->slot);
	watchdog_watch(record);
	if (fd < 0) {
		record_deaf(record);
		return 0;
	}
	channel_init(&record->channel, (int)fd);
	record->watch.fd = (int)fd;
	if (state_bytes(line, 8, record->channel.bytes,
		sizeof(record->channel.bytes), &have) == -1 ||
	    fd_set_cloexec((int)fd, true) == -1 ||
	    loop_add(record->master->loop, &record->watch) == -1)
		return -1;
	record->channel.have = have;
	return 0;
}

static bool
is_our_child(int64_t pid)
{
	siginfo_t info;

	return waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) ==
	    0;
}

int
adopt_worker(struct adoption *a, const struct state_line *line)
{
	struct master *m = a->m;
	struct worker_record *record;
	int64_t slot, cell, pid, state, age_ms;

	if (adopt_finish_service(a) == -1)
		return -1;
	if (a->crew == NULL ||
	    state_number(line, 0, 0, a->crew->pool.capacity - 1, &slot) == -1 ||
	    state_number(line, 1, 0, m->board.slots - 1, &cell) == -1 ||
	    state_number(line, 2, 2, INT_MAX, &pid) == -1 ||
	    state_number(line, 4, POOL_STARTING, POOL_RETIRING, &state) == -1 ||
	    state_number(line, 5, 0, MS_MAX, &age_ms) == -1 ||
	    m->records[cell] != NULL || a->crew->by_slot[slot] != NULL)
		return state_refuse(line, a->e);
	if (a->rehearsal)
		return 0;
	if (!is_our_child(pid) ||
	    (record = record_adopt(a->crew, (unsigned)slot, (unsigned)cell)) ==
		NULL)
		return state_refuse(line, a->e);
	record->pid = (pid_t)pid;
	record->forked_ms = clock_ms() - age_ms;
	pool_adopt_slot(&a->crew->pool, (unsigned)slot,
	    (enum pool_slot_state)state, master_ms(m) - age_ms);
	return fill_record(record, line) == 0 ? 0 : state_refuse(line, a->e);
}

int
adopt_given_up(struct adoption *a, const struct state_line *line)
{
	struct worker_record *record;
	int64_t cell, pid;

	if (adopt_finish_service(a) == -1)
		return -1;
	if (a->crew == NULL ||
	    state_number(line, 0, 0, a->m->board.slots - 1, &cell) == -1 ||
	    state_number(line, 1, 2, INT_MAX, &pid) == -1 ||
	    a->m->records[cell] != NULL)
		return state_refuse(line, a->e);
	if (a->rehearsal)
		return 0;
	record = record_adopt(a->crew, NO_SLOT, (unsigned)cell);
	if (record == NULL)
		return state_refuse(line, a->e);
	record->pid = (pid_t)pid;
	return 0;
}
