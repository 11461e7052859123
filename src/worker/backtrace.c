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
#include <string.h>
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

/* Length of the name of a module's copy, which is of no use to anybody; 0 for
 * another file's. */
static size_t
copy_name(const char *bytes, size_t count)
{
	static const char folder[] = "/proc/self/fd/";
	size_t length = sizeof(folder) - 1;

	if (count < length || memcmp(bytes, folder, length) != 0)
		return 0;
	while (length < count && bytes[length] != '(')
		length++;
	return length;
}

/* Without the newline. */
static void
put_line(struct safe_text *text, int fd, const char *module_file)
{
	char bytes[SAFE_TEXT_BYTES];
	ssize_t got = read(fd, bytes, sizeof(bytes));
	size_t count = got > 0 ? (size_t)got : 0, skipped;

	if (count > 0 && bytes[count - 1] == '\n')
		count--;
	skipped = copy_name(bytes, count);
	if (skipped > 0)
		safe_put(text, module_file);
	safe_put_bytes(text, bytes + skipped, count - skipped);
}

/*
 * libc writes names to a descriptor only, so through a pipe that nobody else
 * reads; where there is no descriptor left for it, the address must do.
 */
static void
put_place(struct safe_text *text, void *address, const char *module_file)
{
	void *frame = address;
	int ends[2];

	if (fd_pipe(ends, true) == -1) {
		safe_put(text, "0x");
		safe_put_hex(text, (uint64_t)(uintptr_t)address);
		return;
	}
	backtrace_symbols_fd(&frame, 1, ends[1]);
	put_line(text, ends[0], module_file);
	fd_close(&ends[0]);
	fd_close(&ends[1]);
}

void
backtrace_log(const char *module_file)
{
	void *frames[FRAMES_MAX];
	struct safe_text text;
	int count = backtrace(frames, FRAMES_MAX), i;

	for (i = 0; i < count; i++) {
		safe_begin(&text);
		safe_put(&text, "#");
		safe_put_number(&text, i);
		safe_put(&text, " ");
		put_place(&text, frames[i], module_file);
		log_emergency(PF_WORKER_FRAME, text.bytes);
	}
}

#else

void
backtrace_prepare(void)
{
}

void
backtrace_log(const char *module_file)
{
	(void)module_file;
}

#endif
