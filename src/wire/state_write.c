/*
 * Writing the state.  Memory that runs out is noticed once, at the end.
 * Runs in: master.
 */
#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "wire/state.h"

static void
append(struct state_writer *writer, const char *data, size_t bytes)
{
	size_t room = writer->room;
	char *grown;

	if (writer->failed)
		return;
	while (writer->length + bytes > room)
		room = room == 0 ? 4096 : room * 2;
	if (room > writer->room) {
		grown = realloc(writer->data, room);
		if (grown == NULL) {
			writer->failed = true;
			return;
		}
		writer->data = grown;
		writer->room = room;
	}
	memcpy(writer->data + writer->length, data, bytes);
	writer->length += bytes;
}

void
state_begin(struct state_writer *writer, const char *version)
{
	*writer = (struct state_writer) { 0 };
	state_keyword(writer, "prefork-state");
	state_put_number(writer, STATE_FORMAT);
	state_put_text(writer, version);
	state_end_line(writer);
}

void
state_keyword(struct state_writer *writer, const char *keyword)
{
	append(writer, keyword, strlen(keyword));
}

void
state_put_number(struct state_writer *writer, int64_t number)
{
	char text[32];
	int length = snprintf(text, sizeof(text), " %" PRId64, number);

	append(writer, text, (size_t)length);
}

void
state_put_text(struct state_writer *writer, const char *text)
{
	char code[4];

	append(writer, " ", 1);
	if (*text == '\0')
		append(writer, "%", 1);
	for (; *text != '\0'; text++) {
		if (*text > ' ' && *text < 0x7f && *text != '%') {
			append(writer, text, 1);
			continue;
		}
		(void)snprintf(code, sizeof(code), "%%%02x",
		    (unsigned)(unsigned char)*text);
		append(writer, code, 3);
	}
}

void
state_put_bytes(struct state_writer *writer, const void *data, size_t bytes)
{
	const unsigned char *next = data;
	char code[3];
	size_t i;

	append(writer, bytes == 0 ? " -" : " ", bytes == 0 ? 2 : 1);
	for (i = 0; i < bytes; i++) {
		(void)snprintf(code, sizeof(code), "%02x", (unsigned)next[i]);
		append(writer, code, 2);
	}
}

void
state_end_line(struct state_writer *writer)
{
	append(writer, "\n", 1);
	writer->lines++;
}

int
state_save(struct state_writer *writer)
{
	int fd = -1, saved;

	state_keyword(writer, "end");
	state_put_number(writer, writer->lines);
	state_end_line(writer);
	errno = ENOMEM;
	if (writer->failed || (fd = fd_memory("prefork-state")) == -1)
		goto out;
	if (fd_write_all(fd, writer->data, writer->length) == -1 ||
	    lseek(fd, 0, SEEK_SET) == -1)
		fd_close(&fd);
out:
	saved = errno;
	free(writer->data);
	errno = saved;
	return fd;
}
