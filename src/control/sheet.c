/*
 * What would be said to a client, as a file: for those who ask through another
 * door than the control socket.
 * Runs in: master.
 */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "control/state.h"

struct control_client *
control_sheet(void)
{
	struct control_client *sheet = calloc(1, sizeof(*sheet));

	if (sheet != NULL)
		sheet->watch.fd = -1;
	return sheet;
}

/* The lines in their place, without the mark that each begins with. */
static size_t
strip(char *text, size_t length)
{
	const char *from = text, *end = text + length, *newline;
	char *to = text;

	while (from < end) {
		newline = memchr(from, '\n', (size_t)(end - from));
		memmove(to, from + 1, (size_t)(newline - from));
		to += newline - from;
		from = newline + 1;
	}
	return (size_t)(to - text);
}

static int
write_file(struct control_client *sheet)
{
	int fd = fd_memory("prefork-sheet");

	if (fd == -1)
		return -1;
	if (fd_write_all(fd, sheet->out,
		strip(sheet->out, sheet->out_length)) == 0 &&
	    lseek(fd, 0, SEEK_SET) == 0)
		return fd;
	fd_close(&fd);
	return -1;
}

int
control_sheet_end(struct control_client *sheet)
{
	int fd = -1;

	errno = ENOMEM;
	if (!sheet->gone && sheet->out != NULL)
		fd = write_file(sheet);
	free(sheet->out);
	free(sheet);
	return fd;
}
