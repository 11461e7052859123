/*
 * Workers of the image before us: still our children, on channels that are
 * still open.  A rehearsal reads all of a line, so that the image that follows
 * meets no surprise.
 * Runs in: master; in a rehearsal they are read only.
 */
#include "config.h"

#include <sys/wait.h>

#include <limits.h>
#include <string.h>

#include "base/clock.h"
#include "base/fd.h"
#include "master/adopt.h"

/* A line. */
struct left_worker {
	int64_t slot, cell, pid, fd, state, age_ms, flags, killed;
	unsigned char half[CHANNEL_HEADER_BYTES + CHANNEL_TEXT_BYTES];
	size_t half_bytes;
};

static int
read_worker(const struct state_line *line, struct left_worker *left)
{
	const struct {
		int64_t min, max, *out;
	} numbers[] = {
		{ 0, CREW_MOST - 1, &left->slot },
		{ 0, SCOREBOARD_MAX_SLOTS - 1, &left->cell },
		{ 2, INT_MAX, &left->pid },
		{ -1, FD_MAX, &left->fd },
		{ POOL_STARTING, POOL_RETIRING, &left->state },
		{ 0, MS_MAX, &left->age_ms },
		{ 0, INT_MAX, &left->flags },
		{ 0, KILL_REASONS - 1, &left->killed },
	};
	unsigned i;

	for (i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		if (state_number(line, i, numbers[i].min, numbers[i].max,
			numbers[i].out) == -1)
			return -1;
	return state_bytes(line, i, left->half, sizeof(left->half),
	    &left->half_bytes);
}

static int
fill_channel(struct worker_record *record, const struct left_worker *left)
{
	if (left->fd < 0) {
		record_deaf(record);
		return 0;
	}
	channel_init(&record->channel, (int)left->fd);
	record->channel.have = left->half_bytes;
	memcpy(record->channel.bytes, left->half, left->half_bytes);
	record->watch.fd = (int)left->fd;
	if (fd_set_cloexec((int)left->fd, true) == -1)
		return -1;
	return loop_add(record->master->loop, &record->watch);
}

static void
fill_record(struct worker_record *record, const struct left_worker *left)
{
	record->pid = (pid_t)left->pid;
	record->forked_ms = clock_ms() - left->age_ms;
	record->admitted = (left->flags & WORKER_ADMITTED) != 0;
	record->told = (left->flags & WORKER_TOLD) != 0;
	record->leaving = (left->flags & WORKER_LEAVING) != 0;
	record->stopped = (left->flags & WORKER_STOPPED) != 0;
	record->killed = (enum kill_reason)left->killed;
	if (left->flags >> WORKER_RECYCLE_SHIFT < RECYCLE_REASONS)
		record->recycle =
		    (enum recycle_reason)(left->flags >> WORKER_RECYCLE_SHIFT);
	if (record->recycle != RECYCLE_NONE)
		pool_adopt_recycling(&record->crew->pool, record->slot);
	watchdog_watch(record);
}

static int
take_worker(struct crew *crew, const struct left_worker *left)
{
	struct worker_record *record =
	    record_adopt(crew, (unsigned)left->slot, (unsigned)left->cell);

	if (record == NULL)
		return -1;
	pool_adopt_slot(&crew->pool, (unsigned)left->slot,
	    (enum pool_slot_state)left->state,
	    master_ms(record->master) - left->age_ms);
	fill_record(record, left);
	return fill_channel(record, left);
}

/* Dead or alive, but not waited for. */
static bool
is_our_child(int64_t pid)
{
	siginfo_t info;

	return waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) ==
	    0;
}

/* Two in one place: a rehearsal, which takes nobody, would not notice. */
static bool
take_place(bool *taken)
{
	bool was_free = !*taken;

	*taken = true;
	return was_free;
}

int
adopt_worker(struct adoption *a, const struct state_line *line)
{
	struct left_worker left;
	int fd;

	if (adopt_finish_service(a) == -1)
		return -1;
	if (a->crew == NULL || read_worker(line, &left) == -1 ||
	    left.slot >= a->crew->pool.capacity ||
	    left.cell >= a->m->board.slots ||
	    !take_place(&a->slot_taken[left.slot]) ||
	    !take_place(&a->cell_taken[left.cell]))
		return state_refuse(line, a->e);
	if (a->rehearsal)
		return 0;
	/* Somebody else has waited for it: its place is filled again. */
	if (!is_our_child(left.pid)) {
		fd = (int)left.fd;
		fd_close(&fd);
		scoreboard_release(&a->m->board, (unsigned)left.cell);
		return 0;
	}
	return take_worker(a->crew, &left) == 0 ? 0 : state_refuse(line, a->e);
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
	    !take_place(&a->cell_taken[cell]))
		return state_refuse(line, a->e);
	if (a->rehearsal)
		return 0;
	record = record_adopt(a->crew, NO_SLOT, (unsigned)cell);
	if (record == NULL)
		return state_refuse(line, a->e);
	record->pid = (pid_t)pid;
	return 0;
}
