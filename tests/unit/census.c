/*
 * What the master believes of a slot that anything may be written in.
 */
#include "config.h"

#include <sys/socket.h>

#include "scoreboard/census.h"
#include "tap.h"

static struct scoreboard_slot slot;

/* A slot of a worker that serves and is right. */
static void
setup(void)
{
	memset(&slot, 0, sizeof(slot));
	atomic_store(&slot.generation, 3);
	atomic_store(&slot.state, SLOT_BUSY);
	atomic_store(&slot.accepted, 10);
	atomic_store(&slot.closed, 9);
	atomic_store(&slot.failed, 2);
	atomic_store(&slot.shortages, 1);
	atomic_store(&slot.since_ms, 1234);
	slot.client.family = AF_INET;
	slot.client.port = 7;
	slot.client.address[3] = 9;
	strcpy(slot.note, "GET /");
}

static struct census
read_slot(void)
{
	struct census out;

	memset(&out, 0xa5, sizeof(out));
	census_read(&slot, &out);
	return out;
}

static void
test_right(void)
{
	struct census got;

	setup();
	got = read_slot();
	is_int(got.state, SLOT_BUSY, "state");
	is_int(got.generation, 3, "generation");
	ok(got.accepted == 10 && got.closed == 9 && got.failed == 2 &&
		got.shortages == 1,
	    "counters");
	is_int(got.since_ms, 1234, "since when");
	ok(got.client.family == AF_INET && got.client.port == 7 &&
		got.client.address[3] == 9,
	    "client");
	is_text(got.note, "GET /", "note");
}

static void
test_states(void)
{
	uint32_t state, good = 0;

	setup();
	for (state = 0; state < SLOT_STATES; state++) {
		atomic_store(&slot.state, state);
		good += read_slot().state == (enum slot_state)state;
	}
	is_int(good, SLOT_STATES, "each state");
	atomic_store(&slot.state, SLOT_STATES);
	is_int(read_slot().state, SLOT_FREE, "one above the last");
	atomic_store(&slot.state, UINT32_MAX);
	is_int(read_slot().state, SLOT_FREE, "the highest");
	is_int(read_slot().client.family, 0, "and no client then");
}

static void
test_counters(void)
{
	setup();
	atomic_store(&slot.closed, 10);
	is_int(read_slot().closed, 10, "all closed");
	atomic_store(&slot.closed, 11);
	is_int(read_slot().closed, 10, "no more closed than accepted");
	atomic_store(&slot.closed, UINT64_MAX);
	is_int(read_slot().closed, 10, "whatever it says");
}

static void
test_clients(void)
{
	static const struct slot_client none;
	static const uint16_t bad[] = { 0, 99, 0xffff };
	struct census got;
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		setup();
		slot.client.family = bad[i];
		got = read_slot();
		ok(memcmp(&got.client, &none, sizeof(none)) == 0,
		    "family %u is no client", bad[i]);
	}
	setup();
	slot.client.family = AF_INET6;
	is_int(read_slot().client.family, AF_INET6, "IPv6 is");
	slot.client.family = AF_UNIX;
	is_int(read_slot().client.family, AF_UNIX, "local is");
	atomic_store(&slot.state, SLOT_IDLE);
	got = read_slot();
	ok(memcmp(&got.client, &none, sizeof(none)) == 0,
	    "an idle worker has none");
}

static void
test_notes(void)
{
	struct census got;

	setup();
	memset(slot.note, 'x', sizeof(slot.note));
	got = read_slot();
	is_int(strlen(got.note), SCOREBOARD_NOTE_BYTES - 1,
	    "a note that does not end is ended");
	memset(slot.note, 0x1b, sizeof(slot.note));
	got = read_slot();
	is_int(strspn(got.note, "?"), SCOREBOARD_NOTE_BYTES - 1,
	    "all of it control bytes");
	strcpy(slot.note, "a\r\nb\x1b[2J\x7f\x01");
	got = read_slot();
	is_text(got.note, "a??b?[2J??", "control bytes become marks");
	strcpy(slot.note, "caf\xc3\xa9");
	got = read_slot();
	is_text(got.note, "caf\xc3\xa9", "other bytes stay");
	slot.note[0] = '\0';
	got = read_slot();
	is_text(got.note, "", "none");
}

int
main(void)
{
	test_right();
	test_states();
	test_counters();
	test_clients();
	test_notes();
	return tap_done();
}
