/*
 * The access log of a worker: a line for each connection that its handler has
 * had, written when the connection is closed, so that no client waits for it.
 * A line that is not taken is counted with those of the log (PF0606).
 * Runs in: worker.
 */
#include "config.h"

#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/fd.h"
#include "worker/access_line.h"
#include "worker/state.h"

static bool
is_wanted(const struct access_settings *access, enum access_field field)
{
	unsigned i;

	for (i = 0; i < access->field_count; i++)
		if (access->fields[i] == field)
			return true;
	return false;
}

void
access_init(struct worker *worker)
{
	const struct access_settings *access =
	    &worker->service->settings->access;

	worker->access.on = access->path != NULL;
	worker->access.fd = worker->service->access_fd;
	worker->access.wants_local =
	    worker->access.on && is_wanted(access, ACCESS_LOCAL);
}

void
access_adopt(struct worker *worker, int fd)
{
	struct access_log *log = &worker->access;

	/* No descriptor was free for it: better the former one than none. */
	if (fd < 0)
		return;
	if (!log->on) {
		(void)close(fd);
		return;
	}
	(void)fd_set_cloexec(fd, true);
	fd_close(&log->fd);
	log->fd = fd;
	log->trouble = (struct log_trouble) { 0 };
}

void
access_begin(struct worker *worker)
{
	struct access_log *log = &worker->access;
	socklen_t length;

	log->peer = worker->conn.peer;
	log->peer_length = worker->conn.peer_length;
	/* Nobody can ask for it when the connection is closed. */
	if (log->wants_local)
		(void)prefork_conn_local_address(&worker->conn, &length);
}

/* What a handler has moved through the descriptor itself is not known to us. */
static int64_t
bytes_known(const struct worker *worker, uint64_t bytes)
{
	bool is_bare =
	    worker->module.descriptor == NULL || (bytes == 0 && conn_is_lent());

	return is_bare ? ACCESS_NONE : (int64_t)bytes;
}

/* As status shows it, and whether that is all of it. */
static void
copy_note(const struct worker *worker, char note[SCOREBOARD_NOTE_BYTES + 3])
{
	size_t length;

	memcpy(note, worker->setup->slot->note, SCOREBOARD_NOTE_BYTES);
	note[SCOREBOARD_NOTE_BYTES - 1] = '\0';
	length = strlen(note);
	if (worker->conn.note_cut)
		memcpy(note + length, "...", 4);
}

static void
send_line(struct worker *worker, const struct access_entry *entry)
{
	struct access_log *log = &worker->access;
	char line[ACCESS_LINE_BYTES];
	size_t bytes =
	    access_line(&worker->service->settings->access, entry, line);

	if (bytes == 0 || log->fd < 0 ||
	    !log_write(log->fd, line, bytes, &log->trouble))
		log_count_lost();
}

void
access_end(struct worker *worker, const struct tally_entry *measured,
    int result)
{
	char note[SCOREBOARD_NOTE_BYTES + 3], peer[ENDPOINT_TEXT_BYTES];
	struct prefork_conn *conn = &worker->conn;
	struct access_entry entry = {
		.service = worker->service->settings->name,
		.slot = worker->setup->slot_number,
		.pid = getpid(),
		.generation = worker->setup->generation->number,
		.connection = conn->number,
		.client = prefork_conn_peer(conn),
		.peer = peer,
		.local =
		    worker->access.wants_local ? prefork_conn_local(conn) : "",
		.received = bytes_known(worker, measured->received),
		.sent = bytes_known(worker, measured->sent),
		.first_us = measured->first_us == 0 ?
		    ACCESS_NONE :
		    measured->first_us - measured->begun_us,
		.duration_us = measured->ended_us - measured->begun_us,
		.timed_out = conn->timed_out,
		.result = result,
		.note = note,
	};

	endpoint_format((const struct sockaddr *)&worker->access.peer,
	    worker->access.peer_length, peer, sizeof(peer));
	copy_note(worker, note);
	(void)clock_gettime(CLOCK_REALTIME, &entry.time);
	send_line(worker, &entry);
}
