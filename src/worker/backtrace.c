/*
 * Where in the code a process is.
 * Runs in: master, worker.
 */
#include "config.h"

#include "worker/backtrace.h"

#ifdef HAVE_BACKTRACE

#include <execinfo.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/log.h"
#include "base/safe_text.h"

#define FRAMES_MAX 64

void
backtrace_prepare(void)
{
	void *frame;

	(void)backtrace(&frame, 1);
}

/* Without the newline. */
static void
put_line(struct safe_text *text, int fd)
{
	char bytes[SAFE_TEXT_BYTES];
	ssize_t got = read(fd, bytes, sizeof(bytes));

	if (got > 0 && bytes[got - 1] == '\n')
		got--;
	if (got > 0)
		safe_put_bytes(text, bytes, (size_t)got);
}

/*
 * libc writes names to a descriptor only, so through a pipe that nobody else
 * reads; where there is no descriptor left for it, the address must do.
 */
static void
put_place(struct safe_text *text, void *address)
{
	void *frame = address;
	int ends[2];

	if (fd_pipe(ends, true) == -1) {
		safe_put(text, "0x");
		safe_put_hex(text, (uint64_t)(uintptr_t)address);
		return;
	}
	backtrace_symbols_fd(&frame, 1, ends[1]);
	put_line(text, ends[0]);
	fd_close(&ends[0]);
	fd_close(&ends[1]);
}

void
backtrace_log(void)
{
	void *frames[FRAMES_MAX];
	struct safe_text text;
	int count = backtrace(frames, FRAMES_MAX), i;

	for (i = 0; i < count; i++) {
		safe_begin(&text);
		safe_put(&text, "#");
		safe_put_number(&text, i);
		safe_put(&text, " ");
		put_place(&text, frames[i]);
		log_emergency(PF_WORKER_FRAME, text.bytes);
	}
}

#else

void
backtrace_prepare(void)
{
}

void
backtrace_log(void)
{
}

#endif
