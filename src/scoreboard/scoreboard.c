/*
 * Shared memory of the scoreboard, and what the master writes there.
 * Not what workers write (slot.h) nor reading it (census.h).
 * Runs in: master; scoreboard_keep in its children.
 */
#include "config.h"

#include <sys/mman.h>
#include <sys/stat.h>

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "scoreboard/scoreboard.h"

/* Tallies begin at a page's begin, wherever pages are not larger. */
static size_t
tallies_at(unsigned slots)
{
	size_t bytes = sizeof(struct scoreboard_header) +
	    (size_t)slots * sizeof(struct scoreboard_slot);
	size_t page = sizeof(struct scoreboard_tally);

	return (bytes + page - 1) / page * page;
}

static size_t
bytes_of(unsigned slots)
{
	return tallies_at(slots) +
	    (size_t)slots * sizeof(struct scoreboard_tally);
}

/* *board is filled only when all went well. */
static int
map(struct scoreboard *board, int fd, unsigned slots)
{
	size_t bytes = bytes_of(slots);
	void *memory;

	memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (memory == MAP_FAILED)
		return -1;
	board->fd = fd;
	board->bytes = bytes;
	board->slots = slots;
	board->header = memory;
	board->slot = (struct scoreboard_slot *)(board->header + 1);
	board->tally =
	    (struct scoreboard_tally *)((char *)memory + tallies_at(slots));
	return 0;
}

void
scoreboard_stamp(const struct scoreboard *board)
{
	board->header->magic = SCOREBOARD_MAGIC;
	board->header->version = SCOREBOARD_VERSION;
	board->header->slots = board->slots;
	board->header->slot_bytes = sizeof(struct scoreboard_slot);
}

int
scoreboard_open(struct scoreboard *board, unsigned slots)
{
	size_t bytes = bytes_of(slots);
	int fd;

	fd = fd_memory("prefork-scoreboard");
	if (fd == -1)
		return -1;
	if (ftruncate(fd, (off_t)bytes) == -1 || map(board, fd, slots) == -1) {
		fd_close(&fd);
		return -1;
	}
	scoreboard_stamp(board);
	return 0;
}

static bool
is_ours(const struct scoreboard *board)
{
	const struct scoreboard_header *h = board->header;

	return h->magic == SCOREBOARD_MAGIC &&
	    h->version == SCOREBOARD_VERSION && h->slots == board->slots &&
	    h->slot_bytes == sizeof(struct scoreboard_slot);
}

/* Its size first: touching a page that is not there would be the end. */
int
scoreboard_adopt(struct scoreboard *board, int fd, unsigned slots)
{
	struct scoreboard found;
	struct stat st;
	size_t bytes = bytes_of(slots);

	if (fstat(fd, &st) == -1)
		return -1;
	errno = EINVAL;
	if (st.st_size != (off_t)bytes || map(&found, fd, slots) == -1)
		return -1;
	if (!is_ours(&found)) {
		(void)munmap(found.header, found.bytes);
		errno = EINVAL;
		return -1;
	}
	*board = found;
	return 0;
}

void
scoreboard_close(struct scoreboard *board)
{
	if (board->header != NULL)
		(void)munmap(board->header, board->bytes);
	fd_close(&board->fd);
	board->header = NULL;
	board->slot = NULL;
	board->tally = NULL;
}

/* Whole pages from `begin` to `end`. */
static void
forget(char *begin, char *end, uintptr_t page)
{
	begin += (page - (uintptr_t)begin % page) % page;
	end -= (uintptr_t)end % page;
	if (begin < end)
		(void)munmap(begin, (size_t)(end - begin));
}

void
scoreboard_keep(struct scoreboard *board, unsigned index)
{
	char *begin = (char *)board->tally;
	char *end = (char *)(board->tally + board->slots), *kept = end;
	long page = sysconf(_SC_PAGESIZE);

	if (page <= 0)
		return;
	if (index < board->slots)
		kept = (char *)(board->tally + index);
	forget(begin, kept, (uintptr_t)page);
	if (kept < end)
		forget(kept + sizeof(*board->tally), end, (uintptr_t)page);
}

void
scoreboard_assign(struct scoreboard *board, unsigned index, uint32_t generation,
    uint32_t orders)
{
	struct scoreboard_slot *slot = &board->slot[index];

	memset(slot, 0, sizeof(*slot));
	atomic_store(&slot->generation, generation);
	atomic_store(&slot->orders, orders);
	atomic_store(&slot->state, (uint32_t)SLOT_STARTING);
	/* Before the fork, so that who claims is looked at by all who claim
	 * later. */
	if (atomic_load(&board->header->used) <= index)
		atomic_store(&board->header->used, index + 1);
}

/* FNV-1a; 256 services do not meet by chance. */
uint64_t
scoreboard_service_id(const char *name)
{
	uint64_t id = UINT64_C(0xcbf29ce484222325);

	for (; *name != '\0'; name++)
		id = (id ^ (unsigned char)*name) * UINT64_C(0x100000001b3);
	return id != 0 ? id : 1;
}

void
scoreboard_name(struct scoreboard *board, unsigned index, const char *service)
{
	atomic_store(&board->slot[index].service,
	    scoreboard_service_id(service));
}

void
scoreboard_release(struct scoreboard *board, unsigned index)
{
	atomic_store(&board->slot[index].claim, (uint32_t)CLAIM_NONE);
	/* Only where a worker wrote: a look is enough to make a page of it. */
	if (atomic_load(&board->slot[index].closed) > 0)
		memset(&board->tally[index], 0, sizeof(board->tally[index]));
}

void
scoreboard_order(struct scoreboard *board, unsigned index, uint32_t orders)
{
	struct scoreboard_slot *slot = &board->slot[index];

	atomic_store(&slot->orders, atomic_load(&slot->orders) | orders);
}

void
scoreboard_mail(struct scoreboard *board, unsigned index)
{
	struct scoreboard_slot *slot = &board->slot[index];

	atomic_store(&slot->orders, atomic_load(&slot->orders) + ORDER_MAIL);
}
