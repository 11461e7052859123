/*
 * States for tests: one that is good, and files of any bytes.
 * Runs in: a test.
 */
#ifndef PREFORK_TESTS_WIRE_STATE_RIG_H
#define PREFORK_TESTS_WIRE_STATE_RIG_H

#include <stdint.h>
#include <string.h>

#include "base/fd.h"
#include "rig.h"
#include "wire/state.h"

static struct error e;

/* A file of these bytes. */
static inline int
file_of(const char *text, size_t bytes)
{
	int fd = fd_memory("test");

	rig_require(fd != -1 && fd_write_all(fd, text, bytes) == 0, "file");
	return fd;
}

static inline int
open_bytes(struct state_reader *reader, const char *text, size_t bytes)
{
	int fd = file_of(text, bytes), result;

	e.text[0] = '\0';
	result = state_open(reader, fd, &e);
	fd_close(&fd);
	return result;
}

static const char all_bytes[] = "\x01\x1f !$%%20&~\x7f\x80\xff\n\r\t\\";
static const unsigned char raw[5] = { 0, 1, 0x7f, 0x80, 0xff };

static inline int
write_sample(void)
{
	struct state_writer w;

	state_begin(&w, "1.2 beta");
	state_keyword(&w, "numbers");
	state_put_number(&w, 0);
	state_put_number(&w, INT64_MIN);
	state_put_number(&w, INT64_MAX);
	state_put_number(&w, -1);
	state_end_line(&w);
	state_keyword(&w, "texts");
	state_put_text(&w, "");
	state_put_text(&w, "%");
	state_put_text(&w, "a b");
	state_put_text(&w, all_bytes);
	state_end_line(&w);
	state_keyword(&w, "bytes");
	state_put_bytes(&w, raw, sizeof(raw));
	state_put_bytes(&w, raw, 0);
	state_end_line(&w);
	state_keyword(&w, "bare");
	state_end_line(&w);
	state_keyword(&w, "end");
	state_put_number(&w, 6);
	state_end_line(&w);
	return state_save(&w);
}

#endif
