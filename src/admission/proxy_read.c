/*
 * Reading a PROXY header from a socket.
 *
 * What may belong to the handler is looked at, not taken.  Of a header that is
 * not whole everything is taken, because a wait for more would end at once for
 * what is there already.
 * Runs in: worker.
 */
#include "config.h"

#include <sys/socket.h>

#include <errno.h>

#include "admission/proxy_parts.h"
#include "admission/proxy_read.h"

struct reader {
	int fd;
	size_t taken;
	uint8_t bytes[PROXY_MAX_BYTES];
};

const char *
proxy_outcome_name(enum proxy_outcome outcome)
{
	static const char *const names[] = { "read", "silent", "refused" };

	return (unsigned)outcome <= PROXY_REFUSED ? names[outcome] : "unknown";
}

/* Up to `count` bytes behind those that were taken; never waits. */
static ssize_t
receive(struct reader *reader, size_t count, int flags)
{
	ssize_t got;

	do
		got = recv(reader->fd, reader->bytes + reader->taken, count,
		    flags | MSG_DONTWAIT);
	while (got == -1 && errno == EINTR);
	return got;
}

/* They are there: they were seen. */
static bool
take(struct reader *reader, size_t end)
{
	ssize_t got;

	while (reader->taken < end) {
		got = receive(reader, end - reader->taken, 0);
		if (got <= 0)
			return false;
		reader->taken += (size_t)got;
	}
	return true;
}

static enum proxy_outcome
refuse(struct proxy_header *header, const char *reason)
{
	header->reason = reason;
	return PROXY_REFUSED;
}

/* A reset is an end as well: so some checks of health leave. */
static enum proxy_outcome
ended(const struct reader *reader, struct proxy_header *header)
{
	if (reader->taken == 0)
		return PROXY_SILENT;
	return refuse(header, "the client left before its end");
}

static bool
is_nothing_yet(ssize_t got)
{
	return got == -1 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

/* Takes what is there.  MORE: wait. */
static enum proxy_answer
advance(struct reader *reader, size_t seen, struct proxy_header *header)
{
	size_t all = reader->taken + seen;
	enum proxy_answer answer = proxy_parse(reader->bytes, all, header);

	if (answer != PROXY_BAD &&
	    !take(reader, answer == PROXY_DONE ? header->bytes : all))
		answer = proxy_bad(header, "what was there could not be read");
	return answer;
}

/* What is there now has been looked at, and was not enough. */
static enum proxy_answer
look(struct reader *reader, struct proxy_header *header, bool *at_end)
{
	enum proxy_answer answer = PROXY_MORE;
	ssize_t seen;

	do {
		seen = receive(reader, sizeof(reader->bytes) - reader->taken,
		    MSG_PEEK);
		if (seen > 0)
			answer = advance(reader, (size_t)seen, header);
	} while (seen > 0 && answer == PROXY_MORE);
	*at_end = seen <= 0 && !is_nothing_yet(seen);
	return answer;
}

enum proxy_outcome
proxy_read(int fd, const struct proxy_wait *wait, struct proxy_header *header)
{
	/* The header's fields are read there later. */
	static struct reader reader;
	bool at_end;

	reader.fd = fd;
	reader.taken = 0;
	for (;;) {
		switch (look(&reader, header, &at_end)) {
		case PROXY_DONE:
			return PROXY_READ;
		case PROXY_BAD:
			return PROXY_REFUSED;
		case PROXY_MORE:
			break;
		}
		if (at_end)
			return ended(&reader, header);
		if (wait->until_input(wait->arg, fd) == -1)
			return refuse(header,
			    errno == ETIMEDOUT ? "it did not come in time" :
						 "it cannot be waited for");
	}
}
