/*
 * A state that was cut, changed or is none at all is refused, and never reads
 * or writes beyond itself.
 */
#include "config.h"

#include <errno.h>

#include "tap.h"
#include "wire_state_rig.h"

/* Is it refused, with this in the reason? */
static void
is_refused(const char *text, const char *reason)
{
	struct state_reader reader;

	is_int(open_bytes(&reader, text, strlen(text)), -1, "refused: %.50s",
	    text);
	ok(strstr(e.text, reason) != NULL && e.id == PF_STATE, "told: %s",
	    e.text);
	state_close(&reader);
}

static void
test_heads(void)
{
	is_refused("", "cannot be read");
	is_refused("x", "is no state");
	is_refused("\n", "is no state");
	is_refused("end 0\n", "is no state");
	is_refused("prefork-state 1 0.1", "is no state");
	is_refused("prefork-state\nend 1\n", "is no state");
	is_refused("prefork-state 1\nend 1\n", "is no state");
	is_refused("prefork-state one 0.1\nend 1\n", "is no state");
	is_refused("prefork-state -1 0.1\nend 1\n", "is no state");
	is_refused("prefork-state 1 %\x30\nend 1\n", "is no state");
	is_refused("prefork-stat 1 0.1\nend 1\n", "is no state");
	is_refused("prefork-state  1 0.1\nend 1\n", "is no state");
	is_refused("prefork-state 2 9.9\nend 1\n",
	    "version 9.9, has format 2; this binary reads format 1");
	is_refused("prefork-state 0 0.0\nend 1\n",
	    "version 0.0, has format 0; this binary reads format 1");
	is_refused("prefork-state 2 9.9\nwhatever", "has format 2");
}

static void
test_ends(void)
{
	struct state_reader reader;

	is_refused("prefork-state 1 0.1\n", "is no state");
	is_refused("prefork-state 1 0.1\nend\n", "not whole");
	is_refused("prefork-state 1 0.1\nend 1", "not whole");
	is_refused("prefork-state 1 0.1\nend 2\n", "not whole");
	is_refused("prefork-state 1 0.1\nend 0\n", "not whole");
	is_refused("prefork-state 1 0.1\nend 01\n", "not whole");
	is_refused("prefork-state 1 0.1\nend 1 1\n", "not whole");
	is_refused("prefork-state 1 0.1\nend 1\n\n", "not whole");
	is_refused("prefork-state 1 0.1\na 1\nend 1\n", "not whole");
	is_refused("prefork-state 1 0.1\na 1\nend 3\n", "not whole");
	is_refused("prefork-state 1 0.1\nend 1\na 1\n", "not whole");
	is_int(open_bytes(&reader, "prefork-state 1 0.1\n\0nd 1\n", 26), -1,
	    "a byte 0 is refused");
	state_close(&reader);
	is_int(open_bytes(&reader, "prefork-state 1 0.1\nend 1\n\0", 27), -1,
	    "one behind the end as well");
	state_close(&reader);
}

static void
test_files(void)
{
	struct state_reader reader;
	int ends[2], fd;

	rig_require(fd_pipe(ends, false) == 0, "pipe");
	is_int(state_open(&reader, ends[0], &e), -1, "a pipe is refused");
	state_close(&reader);
	fd_close(&ends[0]);
	is_int(state_open(&reader, ends[1], &e), -1, "and its other end");
	state_close(&reader);
	fd_close(&ends[1]);
	is_int(state_open(&reader, 1023, &e), -1, "what is not open, too");
	ok(strstr(e.text, strerror(EBADF)) != NULL, "told: %s", e.text);
	state_close(&reader);
	fd = file_of("x", 1);
	rig_require(ftruncate(fd, (off_t)STATE_BYTES_MAX + 1) == 0, "grow");
	is_int(state_open(&reader, fd, &e), -1, "what is too long, too");
	state_close(&reader);
	fd_close(&fd);
}

static size_t
sample(char *data, size_t room)
{
	int fd = write_sample();
	ssize_t got = pread(fd, data, room, 0);

	rig_require(got > 0 && (size_t)got < room, "read");
	fd_close(&fd);
	return (size_t)got;
}

static void
test_cuts(void)
{
	char whole[1000], part[1000];
	struct state_reader reader;
	size_t bytes = sample(whole, sizeof(whole)), cut;
	unsigned taken = 0;

	for (cut = 0; cut < bytes; cut++) {
		taken += open_bytes(&reader, whole, cut) == 0;
		state_close(&reader);
	}
	is_int(taken, 0, "cut anywhere it is refused");
	for (cut = 0; cut < bytes; cut++) {
		taken +=
		    open_bytes(&reader, whole + cut + 1, bytes - cut - 1) == 0;
		state_close(&reader);
	}
	is_int(taken, 0, "without its beginning it is refused");
	for (cut = 0; cut < bytes; cut++) {
		memcpy(part, whole, bytes);
		if (whole[cut] != '\n')
			continue;
		memmove(part + cut, whole + cut + 1, bytes - cut - 1);
		taken += open_bytes(&reader, part, bytes - 1) == 0;
		state_close(&reader);
	}
	is_int(taken, 0, "with two lines in one it is refused");
}

/* Whatever is read, nothing is touched that is not ours: a sanitizer looks. */
static void
walk(struct state_reader *reader)
{
	struct state_line line;
	unsigned char bytes[8];
	int64_t value;
	size_t got;
	unsigned i;

	while (state_next(reader, &line, &e) == 1)
		for (i = 0; i <= line.count; i++) {
			(void)state_number(&line, i, 0, 9, &value);
			(void)state_bytes(&line, i, bytes, sizeof(bytes), &got);
			(void)state_text(&line, i);
		}
}

static void
test_changes(void)
{
	static const char others[] = "\n %0-z\x7f";
	char whole[1000], changed[1000];
	struct state_reader reader;
	size_t bytes = sample(whole, sizeof(whole)), at, other;
	unsigned read = 0;

	for (at = 0; at < bytes; at++)
		for (other = 0; other < sizeof(others); other++) {
			memcpy(changed, whole, bytes);
			changed[at] = others[other];
			if (open_bytes(&reader, changed, bytes) == 0) {
				walk(&reader);
				read++;
			}
			state_close(&reader);
		}
	ok(read > 0, "%u changed states were read to their end", read);
}

int
main(void)
{
	int fds = rig_count_fds();

	(void)alarm(RIG_DEADLINE_S);
	test_heads();
	test_ends();
	test_files();
	test_cuts();
	test_changes();
	is_int(rig_count_fds(), fds, "no descriptor is left");
	return tap_done();
}
