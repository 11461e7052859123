/*
 * The scoreboard: its bytes, the master's orders, a worker's stores.
 */
#include "config.h"

#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stddef.h>

#include "rig.h"
#include "scoreboard/scoreboard.h"
#include "scoreboard/slot.h"
#include "tap.h"

#define LINE	     64 /* bytes of a cache line */
#define PLACE(field) offsetof(struct scoreboard_slot, field)

static struct scoreboard board;

static void
test_layout(void)
{
	is_int(sizeof(struct scoreboard_slot) % LINE, 0, "whole lines");
	ok(PLACE(orders) == 0 && PLACE(generation) < LINE,
	    "the master's line is the first");
	is_int(PLACE(state), LINE, "the worker's begins the second");
	ok(PLACE(since_ms) + 8 <= 2 * LINE, "and fits into it");
	is_int(PLACE(client), 2 * LINE, "the client begins the third");
	is_int(PLACE(note), 3 * LINE, "the note the fourth");
	is_int((uintptr_t)board.slot % LINE, 0, "slots lie on lines");
	ok(atomic_is_lock_free(&board.slot->accepted) &&
		atomic_is_lock_free(&board.slot->orders),
	    "no locks");
}

/* Number of names in the folder of shared memory that we may have made. */
static int
names_left(void)
{
	char prefix[32];
	struct dirent *entry;
	DIR *folder = opendir("/dev/shm");
	int count = 0;

	if (folder == NULL)
		return 0;
	(void)snprintf(prefix, sizeof(prefix), "prefork.%ld", (long)getpid());
	while ((entry = readdir(folder)) != NULL)
		count += strncmp(entry->d_name, prefix, strlen(prefix)) == 0;
	(void)closedir(folder);
	return count;
}

static void
test_open(void)
{
	static const struct scoreboard_slot zero;
	struct stat st;
	unsigned i, clean = 0;

	is_int(scoreboard_open(&board, 5), 0, "open");
	is_int(board.slots, 5, "number of slots");
	ok(board.header->magic == SCOREBOARD_MAGIC &&
		board.header->version == SCOREBOARD_VERSION &&
		board.header->slots == 5 &&
		board.header->slot_bytes == sizeof(zero),
	    "the header says what it is");
	for (i = 0; i < 5; i++)
		clean += memcmp(&board.slot[i], &zero, sizeof(zero)) == 0;
	is_int(clean, 5, "slots are free");
	ok((fcntl(board.fd, F_GETFD) & FD_CLOEXEC) != 0, "close-on-exec");
	rig_require(fstat(board.fd, &st) == 0, "fstat");
	is_int(st.st_nlink, 0, "without a name");
	/* Header and slots in the first page, then a page for each slot. */
	is_int(st.st_size, 6 * 4096, "as long as it must be");
	is_int((uintptr_t)board.tally % 4096, 0, "tallies are pages");
	is_int((char *)(board.tally + 5) - (char *)board.header, st.st_size,
	    "which end where it ends");
	is_int(names_left(), 0, "no name is left");
}

static int
write_in_child(void *arg)
{
	(void)arg;
	slot_count_shortage(&board.slot[4]);
	return (int)slot_orders(&board.slot[4]);
}

static void
test_shared(void)
{
	scoreboard_assign(&board, 4, 1, 3);
	is_int(rig_in_child(write_in_child, NULL), 3, "a child reads orders");
	is_int(board.slot[4].shortages, 1, "and the master what it wrote");
}

/* The number of the first thing that is wrong. */
static int
open_without(int resource)
{
	struct rlimit limit;
	struct scoreboard other;
	int fds = rig_count_fds();

	(void)signal(SIGXFSZ, SIG_IGN);
	if (getrlimit(resource, &limit) == -1)
		return 1;
	limit.rlim_cur = 0;
	if (setrlimit(resource, &limit) == -1)
		return 1;
	if (scoreboard_open(&other, 5) != -1)
		return 2;
	if (errno != (resource == RLIMIT_FSIZE ? EFBIG : EMFILE))
		return 3;
	return rig_count_fds() == fds ? 0 : 4;
}

static int
open_without_files(void *arg)
{
	(void)arg;
	return open_without(RLIMIT_NOFILE);
}

static int
open_without_bytes(void *arg)
{
	(void)arg;
	return open_without(RLIMIT_FSIZE);
}

static void
test_failing(void)
{
	is_int(rig_in_child(open_without_files, NULL), 0,
	    "no descriptor: reason, nothing left");
	is_int(rig_in_child(open_without_bytes, NULL), 0,
	    "no memory: reason, nothing left");
}

static void
test_assign(void)
{
	struct scoreboard_slot wanted, neighbour;

	memset(&board.slot[1], 0xa5, 3 * sizeof(wanted));
	memcpy(&neighbour, &board.slot[1], sizeof(neighbour));
	scoreboard_assign(&board, 2, 77, ORDER_RETIRE | 9 * ORDER_MAIL);
	memset(&wanted, 0, sizeof(wanted));
	atomic_store(&wanted.generation, 77);
	atomic_store(&wanted.orders, 0x901);
	atomic_store(&wanted.state, SLOT_STARTING);
	ok(memcmp(&board.slot[2], &wanted, sizeof(wanted)) == 0,
	    "all of the former worker is gone");
	ok(memcmp(&board.slot[1], &neighbour, sizeof(neighbour)) == 0 &&
		memcmp(&board.slot[3], &neighbour, sizeof(neighbour)) == 0,
	    "nothing of the neighbours");
}

static void
test_orders(void)
{
	struct scoreboard_slot *slot = &board.slot[0];

	scoreboard_assign(&board, 0, 1, 0);
	is_int(slot_orders(slot), 0, "no order");
	scoreboard_mail(&board, 0);
	scoreboard_mail(&board, 0);
	is_int(slot_orders(slot), 2 * ORDER_MAIL, "two messages");
	scoreboard_order(&board, 0, ORDER_DRAIN);
	scoreboard_order(&board, 0, ORDER_DRAIN);
	is_int(slot_orders(slot), 2 * ORDER_MAIL | ORDER_DRAIN,
	    "an order twice is one order and no message");
	scoreboard_order(&board, 0, ORDER_RETIRE);
	scoreboard_mail(&board, 0);
	is_int(slot_orders(slot), 3 * ORDER_MAIL | ORDER_DRAIN | ORDER_RETIRE,
	    "orders stay under a message");
	atomic_store(&slot->orders, 0xffffff00u | ORDER_RETIRE);
	scoreboard_mail(&board, 0);
	is_int(slot_orders(slot), ORDER_RETIRE,
	    "the count turns over without giving an order");
}

static void
test_begin_end(void)
{
	struct scoreboard_slot *slot = &board.slot[0];
	struct sockaddr_in peer = { .sin_family = AF_INET,
		.sin_port = htons(4711) };

	peer.sin_addr.s_addr = htonl(0xc0000201);
	scoreboard_assign(&board, 0, 1, 0);
	slot_set_state(slot, SLOT_IDLE, 10);
	ok(slot->state == SLOT_IDLE && slot->since_ms == 10, "idle since 10");
	slot_begin(slot, (struct sockaddr *)&peer, 20);
	ok(slot->state == SLOT_BUSY && slot->since_ms == 20, "busy since 20");
	is_int(slot->active_ms, 20, "which is progress");
	slot_active(slot, 25);
	ok(slot->active_ms == 25 && slot->since_ms == 20, "and more");
	is_int(slot_accepted(slot), 1, "one accepted");
	ok(slot->client.family == AF_INET && slot->client.port == htons(4711) &&
		memcmp(slot->client.address, "\xc0\0\2\1", 4) == 0,
	    "from whom");
	slot_note(slot, "reading");
	is_text(slot->note, "reading", "a note");
	slot_end(slot, 0, 30);
	ok(slot->state == SLOT_IDLE && slot->since_ms == 30, "idle since 30");
	ok(slot->closed == 1 && slot->failed == 0, "closed, not failed");
	is_text(slot->note, "", "the note is gone");
	slot_begin(slot, (struct sockaddr *)&peer, 40);
	slot_end(slot, 1, 50);
	ok(slot->accepted == 2 && slot->closed == 2 && slot->failed == 1,
	    "one that failed");
	slot_count_shortage(slot);
	is_int(slot->shortages, 1, "a shortage");
	slot_count_timeout(slot);
	is_int(slot->timeouts, 1, "a timeout");
}

static void
test_clients(void)
{
	struct scoreboard_slot *slot = &board.slot[0];
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6, .sin6_port = 5 };
	struct sockaddr unnamed = { .sa_family = AF_UNIX };

	v6.sin6_addr.s6_addr[15] = 1;
	slot_begin(slot, (struct sockaddr *)&v6, 0);
	ok(slot->client.family == AF_INET6 && slot->client.port == 5 &&
		memcmp(slot->client.address, &v6.sin6_addr, 16) == 0,
	    "an IPv6 client");
	slot_begin(slot, &unnamed, 0);
	is_int(slot->client.family, AF_UNIX, "a local client");
}

static void
test_notes(void)
{
	struct scoreboard_slot *slot = &board.slot[0];
	char long_note[200];

	memset(long_note, 'n', sizeof(long_note) - 1);
	long_note[sizeof(long_note) - 1] = '\0';
	scoreboard_assign(&board, 1, 42, 0);
	slot_note(slot, long_note);
	is_int(strlen(slot->note), SCOREBOARD_NOTE_BYTES - 1, "a note is cut");
	is_int(board.slot[1].generation, 42, "and does not touch the next");
	is_text(slot_state_name(SLOT_BUSY), "busy", "a state's name");
	is_text(slot_state_name(SLOT_DRAINING), "draining", "the last");
	is_text(slot_state_name(SLOT_STATES), "unknown", "no state");
}

/* Another mapping of the same memory, as after an exec. */
static void
test_adopt(void)
{
	struct scoreboard got = { .fd = -1 };

	scoreboard_assign(&board, 3, 42, ORDER_RETIRE);
	is_int(scoreboard_adopt(&got, dup(board.fd), 5), 0, "it is adopted");
	ok(got.slots == 5 && got.bytes == board.bytes, "as large as it was");
	ok(got.slot[3].generation == 42 && got.slot[3].orders == ORDER_RETIRE,
	    "with what was in it");
	slot_count_shortage(&board.slot[3]);
	is_int(got.slot[3].shortages, 1, "and what is written there");
	scoreboard_close(&got);
	is_int(board.slot[3].generation, 42, "a close leaves the other one");
}

static void
is_not_adopted(int fd, unsigned slots, const char *what)
{
	struct scoreboard got = { .fd = 4711 };

	errno = 0;
	is_int(scoreboard_adopt(&got, fd, slots), -1, "refused: %s", what);
	ok(errno != 0 && got.fd == 4711 && got.header == NULL,
	    "with a reason and nothing filled in");
}

static void
test_adopt_others(void)
{
	struct scoreboard_header *header = board.header, saved = *header;
	int ends[2], fds = rig_count_fds();

	is_not_adopted(board.fd, 4, "of another size");
	is_not_adopted(board.fd, 6, "of another size");
	is_not_adopted(board.fd, 0, "without slots");
	header->magic++;
	is_not_adopted(board.fd, 5, "no scoreboard");
	*header = saved;
	header->version++;
	is_not_adopted(board.fd, 5, "a later version");
	header->version -= 2;
	is_not_adopted(board.fd, 5, "an earlier version");
	*header = saved;
	header->slot_bytes *= 2;
	is_not_adopted(board.fd, 5, "larger slots");
	*header = saved;
	header->slots--;
	is_not_adopted(board.fd, 5, "another number of slots within");
	*header = saved;
	is_not_adopted(1023, 5, "what is not open");
	rig_require(pipe(ends) == 0, "pipe");
	is_not_adopted(ends[0], 5, "a pipe");
	(void)close(ends[0]);
	(void)close(ends[1]);
	is_int(rig_count_fds(), fds, "descriptors are as before");
	ok(board.header->slots == 5 && rig_is_open(board.fd),
	    "the descriptor is still the caller's");
}

static void
test_close(int fds)
{
	scoreboard_close(&board);
	ok(board.header == NULL && board.slot == NULL && board.fd == -1,
	    "nothing points there after close");
	scoreboard_close(&board);
	is_int(rig_count_fds(), fds, "no descriptor is left");
}

int
main(void)
{
	int fds = rig_count_fds();

	(void)alarm(RIG_DEADLINE_S);
	test_open();
	test_layout();
	test_shared();
	test_failing();
	test_assign();
	test_orders();
	test_begin_end();
	test_clients();
	test_notes();
	test_adopt();
	test_adopt_others();
	test_close(fds);
	return tap_done();
}
