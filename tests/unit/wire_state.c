/*
 * The state that a master leaves: what was written is read as it was; lines
 * and words that nobody writes are refused.
 */
#include "config.h"

#include "tap.h"
#include "wire_state_rig.h"

static void
next_is(struct state_reader *reader, struct state_line *line, const char *key,
    unsigned count)
{
	if (!ok(state_next(reader, line, &e) == 1, "there is a line %s", key))
		exit(tap_done());
	is_text(line->keyword, key, "it is");
	is_int(line->count, count, "with %u words", count);
}

static int64_t
number(const struct state_line *line, unsigned index)
{
	int64_t value = 4711;

	return state_number(line, index, INT64_MIN, INT64_MAX, &value) == 0 ?
	    value :
	    4712;
}

static void
test_numbers(struct state_reader *reader)
{
	struct state_line line;
	int64_t value = 5;

	next_is(reader, &line, "numbers", 4);
	is_int(line.number, 2, "the second in the file");
	is_int(number(&line, 0), 0, "zero");
	is_int(number(&line, 1), INT64_MIN, "the least");
	is_int(number(&line, 2), INT64_MAX, "the greatest");
	is_int(number(&line, 3), -1, "a negative one");
	is_int(state_number(&line, 3, 0, 9, &value), -1, "below the range");
	is_int(state_number(&line, 2, 0, 9, &value), -1, "above the range");
	is_int(state_number(&line, 4, 0, 9, &value), -1, "not there");
	is_int(value, 5, "then nothing is changed");
}

static void
test_texts(struct state_reader *reader)
{
	struct state_line line;

	next_is(reader, &line, "texts", 4);
	is_text(state_text(&line, 0), "", "an empty one");
	is_text(state_text(&line, 1), "%", "a percent sign");
	is_text(state_text(&line, 2), "a b", "a blank");
	is_text(state_text(&line, 3), all_bytes, "every kind of byte");
	ok(state_text(&line, 4) == NULL, "not there");
}

static void
test_raw(struct state_reader *reader)
{
	struct state_line line;
	unsigned char got[sizeof(raw)];
	size_t bytes = 77;

	next_is(reader, &line, "bytes", 2);
	is_int(state_bytes(&line, 0, got, sizeof(got), &bytes), 0, "bytes");
	ok(bytes == sizeof(raw) && memcmp(got, raw, bytes) == 0, "the same");
	is_int(state_bytes(&line, 0, got, sizeof(got) - 1, &bytes), -1,
	    "no room for them");
	is_int(state_bytes(&line, 1, got, sizeof(got), &bytes), 0, "none");
	is_int(bytes, 0, "are none");
	is_int(state_bytes(&line, 2, got, sizeof(got), &bytes), -1,
	    "not there");
}

static void
test_round_trip(void)
{
	struct state_reader reader;
	struct state_line line;
	int fd = write_sample();

	ok(fd != -1 && (fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0,
	    "it is saved, and closed by exec");
	is_int(state_open(&reader, fd, &e), 0, "it is opened");
	fd_close(&fd);
	is_text(reader.version, "1.2 beta", "by whom it was written");
	test_numbers(&reader);
	test_texts(&reader);
	test_raw(&reader);
	next_is(&reader, &line, "bare", 0);
	next_is(&reader, &line, "end", 1);
	is_int(state_next(&reader, &line, &e), 0, "then it ends");
	is_int(state_next(&reader, &line, &e), 0, "and stays at its end");
	state_close(&reader);
	state_close(&reader);
}

/* The one line of a state, of which `text` is the rest. */
static int
next_of(struct state_reader *reader, struct state_line *line, const char *text)
{
	char whole[200];

	(void)snprintf(whole, sizeof(whole), "prefork-state 1 0.1\n%s\nend 2\n",
	    text);
	rig_require(open_bytes(reader, whole, strlen(whole)) == 0, text);
	return state_next(reader, line, &e);
}

static void
test_bad_lines(void)
{
	static const char *const lines[] = { "", " ", " a", "a ", "a  b",
		"a\tb", "a b\r", "a \x7f", "a \x80", "a \xff",
		"a 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17" };
	struct state_reader reader;
	struct state_line line;
	size_t i;

	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		is_int(next_of(&reader, &line, lines[i]), -1, "a line '%s'",
		    lines[i]);
		ok(strstr(e.text, "line 2 (") != NULL, "told: %s", e.text);
		state_close(&reader);
	}
	is_int(next_of(&reader, &line,
		   "a 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16"),
	    1, "as many words as may be");
	is_text(line.words[15], "16", "the last of them");
	state_close(&reader);
}

static void
test_bad_words(void)
{
	static const char *const numbers[] = { "-", "--1", "+1", "1x", "x",
		"0x10", "1.0", "1e3", "9223372036854775808",
		"-9223372036854775809", "99999999999999999999999", "%31" };
	static const char *const texts[] = { "a%", "a%4", "%4", "%zz", "%4z",
		"%00", "%4A", "%%", "a%%", "%-1" };
	static const char *const bytes[] = { "0", "000", "0g", "AB", "--",
		"00-", "%30", "0x" };
	struct state_reader reader;
	struct state_line line;
	char text[40];
	int64_t value;
	size_t i, got;

	for (i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		(void)snprintf(text, sizeof(text), "a %s", numbers[i]);
		is_int(next_of(&reader, &line, text), 1, "a line %s", text);
		is_int(state_number(&line, 0, INT64_MIN, INT64_MAX, &value), -1,
		    "has no number");
		state_close(&reader);
	}
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		(void)snprintf(text, sizeof(text), "a %s", texts[i]);
		is_int(next_of(&reader, &line, text), 1, "a line %s", text);
		ok(state_text(&line, 0) == NULL, "has no text");
		state_close(&reader);
	}
	for (i = 0; i < sizeof(bytes) / sizeof(bytes[0]); i++) {
		(void)snprintf(text, sizeof(text), "a %s", bytes[i]);
		is_int(next_of(&reader, &line, text), 1, "a line %s", text);
		is_int(state_bytes(&line, 0, text, sizeof(text), &got), -1,
		    "has no bytes");
		state_close(&reader);
	}
}

int
main(void)
{
	int fds = rig_count_fds();

	(void)alarm(RIG_DEADLINE_S);
	test_round_trip();
	test_bad_lines();
	test_bad_words();
	is_int(rig_count_fds(), fds, "no descriptor is left");
	return tap_done();
}
