/*
 * Lines of the access log: what a reader that knows no more than the manual
 * gets back from them is what went in, and never a second line or field.
 */
#include "config.h"

#include <ctype.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "config/settings.h"
#include "listener/endpoint.h"
#include "scoreboard/layout.h"
#include "tap.h"
#include "worker/access_line.h"

#define LONGEST_NOTE (SCOREBOARD_NOTE_BYTES + 2)

static const struct access_entry usual = {
	.time = { .tv_sec = 1700000000, .tv_nsec = 123456789 },
	.service = "echo",
	.slot = 3,
	.pid = 4711,
	.generation = 2,
	.connection = 99,
	.client = "192.0.2.1:5",
	.peer = "unix:",
	.local = "[::1]:7",
	.received = 11,
	.sent = 0,
	.first_us = ACCESS_NONE,
	.duration_us = 1002003,
	.note = "hello",
};

static struct access_settings
all_fields(enum log_format format)
{
	struct access_settings access;
	unsigned i;

	access_settings_init(&access);
	access.format = format;
	access.field_count = ACCESS_FIELDS;
	for (i = 0; i < ACCESS_FIELDS; i++)
		access.fields[i] = (enum access_field)i;
	return access;
}

static void
test_text(void)
{
	struct access_settings access = all_fields(LOG_FORMAT_TEXT);
	char line[ACCESS_LINE_BYTES + 1];

	line[access_line(&access, &usual, line)] = '\0';
	is_text(line,
	    "time=2023-11-14T22:13:20.123Z service=echo slot=3 pid=4711 "
	    "generation=2 connection=99 client=192.0.2.1:5 peer=unix: "
	    "local=[::1]:7 bytes_in=11 bytes_out=0 first_byte=- "
	    "duration=1002.003 result=ok note=hello\n",
	    "each field as text");
}

static void
test_json(void)
{
	struct access_settings access = all_fields(LOG_FORMAT_JSON);
	struct access_entry entry = usual;
	char line[ACCESS_LINE_BYTES + 1];

	entry.result = -7;
	entry.received = ACCESS_NONE;
	entry.note = "";
	line[access_line(&access, &entry, line)] = '\0';
	is_text(line,
	    "{\"time\":\"2023-11-14T22:13:20.123Z\",\"service\":\"echo\","
	    "\"slot\":3,\"pid\":4711,\"generation\":2,\"connection\":99,"
	    "\"client\":\"192.0.2.1:5\",\"peer\":\"unix:\","
	    "\"local\":\"[::1]:7\",\"bytes_in\":null,\"bytes_out\":0,"
	    "\"first_byte\":null,\"duration\":1002.003,"
	    "\"result\":\"error:-7\",\"note\":null}\n",
	    "each field as JSON");
	entry.timed_out = true;
	line[access_line(&access, &entry, line)] = '\0';
	ok(strstr(line, "\"result\":\"timeout\",") != NULL,
	    "a limit of time is the result, whatever the handler says");
}

/* ------------------------------------------------------------ a reader */

/* Undoes the quotes.  Whether that is how they are made. */
static bool
unquote(const char *value, size_t length, char *out)
{
	const char *end = value + length - 1;
	char digits[3] = "";

	if (length < 2 || *value++ != '"' || *end != '"')
		return false;
	while (value < end) {
		if (*value == '"')
			return false;
		if (*value != '\\') {
			*out++ = *value++;
		} else if (value[1] == '"' || value[1] == '\\') {
			*out++ = value[1];
			value += 2;
		} else if (value[1] == 'x' && end - value > 3) {
			memcpy(digits, value + 2, 2);
			*out++ = (char)strtol(digits, NULL, 16);
			value += 4;
		} else
			return false;
	}
	*out = '\0';
	return value == end;
}

static bool
is_plain(const char *value, size_t length)
{
	size_t i;

	for (i = 0; i < length; i++)
		if (!isgraph((unsigned char)value[i]) ||
		    strchr("\"\\=", value[i]) != NULL)
			return false;
	return length > 0;
}

/* The line is "slot=3 note=VALUE slot=3". */
static bool
reads_back(const char *note)
{
	const struct access_settings access = { .field_count = 2,
		.fields = { ACCESS_NOTE, ACCESS_SLOT } };
	struct access_entry entry = usual;
	char line[ACCESS_LINE_BYTES + 1], read[ACCESS_LINE_BYTES];
	static const char head[] = "note=", tail[] = " slot=3\n";
	const char *value = line + strlen(head);
	size_t bytes, length;

	entry.note = note;
	bytes = access_line(&access, &entry, line);
	line[bytes] = '\0';
	if (bytes < strlen(head) + strlen(tail) ||
	    strncmp(line, head, strlen(head)) != 0 ||
	    strcmp(line + bytes - strlen(tail), tail) != 0 ||
	    strchr(line, '\n') != line + bytes - 1)
		return false;
	length = bytes - strlen(head) - strlen(tail);
	if (unquote(value, length, read))
		return strcmp(read, note) == 0;
	return is_plain(value, length) && strncmp(value, note, length) == 0 &&
	    note[length] == '\0' && strcmp(note, "-") != 0;
}

static void
test_bytes(void)
{
	char note[4] = "";
	int first, second, bad = 0;

	for (first = 1; first <= UCHAR_MAX; first++) {
		note[0] = (char)first;
		for (second = 0; second <= UCHAR_MAX; second++) {
			note[1] = (char)second;
			bad += !reads_back(note);
			note[second == 0 ? 1 : 2] = ' ';
			bad += !reads_back(note);
			note[2] = '\0';
		}
	}
	is_int(bad, 0, "all notes of one and of two bytes, and a blank");
	ok(reads_back("x slot=4"), "one that looks like a field");
	ok(reads_back("\" slot=4 \""), "and with quotes of its own");
	ok(reads_back("a\\\" b"), "and with a backslash before them");
}

/* ------------------------------------------------------------ the longest */

static void
test_longest(enum log_format format)
{
	struct access_settings access = all_fields(format);
	char line[ACCESS_LINE_BYTES], address[ENDPOINT_TEXT_BYTES];
	char note[LONGEST_NOTE + 1], service[SETTINGS_NAME_BYTES];
	struct access_entry entry = { .slot = UINT_MAX,
		.pid = INT_MAX,
		.generation = UINT32_MAX,
		.connection = INT64_MAX,
		.received = INT64_MAX,
		.sent = INT64_MAX,
		.first_us = INT64_MAX,
		.duration_us = INT64_MAX,
		.result = INT_MIN };
	size_t bytes;

	/* Each byte of them is written as \x01 or \u0001. */
	memset(note, 1, sizeof(note));
	note[LONGEST_NOTE] = '\0';
	memset(address, 1, sizeof(address));
	address[sizeof(address) - 1] = '\0';
	memset(service, 'x', sizeof(service));
	service[sizeof(service) - 1] = '\0';
	entry.note = note;
	entry.client = entry.peer = entry.local = address;
	entry.service = service;
	bytes = access_line(&access, &entry, line);
	ok(bytes > 0 && bytes <= ACCESS_LINE_BYTES,
	    "all fields at their longest fit (%zu bytes)", bytes);
	ok(bytes > 0 && line[bytes - 1] == '\n', "with their newline");
}

int
main(void)
{
	test_text();
	test_json();
	test_bytes();
	test_longest(LOG_FORMAT_TEXT);
	test_longest(LOG_FORMAT_JSON);
	return tap_done();
}
