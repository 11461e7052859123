/*
 * Shared memory of the scoreboard, and what the master writes there.
 * Not what workers write (slot.h) nor reading it (census.h).
 * Runs in: master.
 */
#include "config.h"

#include <sys/mman.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "scoreboard/scoreboard.h"

#ifdef HAVE_MEMFD_CREATE
static int
memory_open(void)
{
	return memfd_create("prefork-scoreboard", MFD_CLOEXEC);
}
#else
/* A name for the moment between open and unlink. */
static int
memory_open(void)
{
	char name[48];
	int fd, tries;

	for (tries = 0; tries < 16; tries++) {
		(void)snprintf(name, sizeof(name), "/prefork.%ld.%d",
		    (long)getpid(), tries);
		fd = shm_open(name, O_RDWR | O_CREAT | O_EXCL, 0600);
		if (fd >= 0) {
			(void)shm_unlink(name);
			return fd;
		}
		if (errno != EEXIST)
			return -1;
	}
	return -1;
}
#endif

int
scoreboard_open(struct scoreboard *board, unsigned slots)
{
	size_t bytes = sizeof(struct scoreboard_header) +
	    (size_t)slots * sizeof(struct scoreboard_slot);
	void *memory;
	int fd;

	fd = memory_open();
	if (fd == -1)
		return -1;
	if (fd_set_cloexec(fd, true) == -1 || ftruncate(fd, (off_t)bytes) == -1)
		goto fail;
	memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (memory == MAP_FAILED)
		goto fail;
	board->fd = fd;
	board->bytes = bytes;
	board->slots = slots;
	board->header = memory;
	board->slot = (struct scoreboard_slot *)(board->header + 1);
	board->header->magic = SCOREBOARD_MAGIC;
	board->header->version = SCOREBOARD_VERSION;
	board->header->slots = slots;
	board->header->slot_bytes = sizeof(struct scoreboard_slot);
	return 0;
fail:
	fd_close(&fd);
	return -1;
}

void
scoreboard_close(struct scoreboard *board)
{
	if (board->header != NULL)
		(void)munmap(board->header, board->bytes);
	fd_close(&board->fd);
	board->header = NULL;
	board->slot = NULL;
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
