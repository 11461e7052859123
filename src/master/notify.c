/*
 * Who waits for the outcome of the start: the process that was typed (over a
 * pipe), and a supervisor that reads a newline (-d).
 * The word on the pipe: 'R' ready; or 'F', the exit code as one byte, and the
 * sentence.  An end without a word means that the daemon died.
 * Runs in: master, starter (notify_wait).
 */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/log.h"
#include "master/state.h"

void
notify_ready(struct master *m)
{
	if (m->starter_fd >= 0)
		(void)fd_write_all(m->starter_fd, "R", 1);
	fd_close(&m->starter_fd);
	if (m->settings->ready_fd >= 0) {
		(void)fd_write_all(m->settings->ready_fd, "\n", 1);
		fd_close(&m->settings->ready_fd);
	}
}

void
notify_failed(struct master *m, const struct error *e)
{
	char word[ERROR_TEXT_BYTES + 32];
	int length;

	if (m->starter_fd < 0)
		return;
	length = snprintf(word, sizeof(word), "F%cPF%04d %s",
	    error_exit_code(e), (int)e->id, e->text);
	if (length > 0 && (size_t)length < sizeof(word))
		(void)fd_write_all(m->starter_fd, word, (size_t)length);
	fd_close(&m->starter_fd);
}

/* Whatever the daemon said, a failure must not look like success. */
static int
failure_code(unsigned char said)
{
	return said != 0 ? said : msg_find(PF_START_FAILED)->exit_code;
}

int
notify_wait(int fd, const char *program)
{
	char word[ERROR_TEXT_BYTES + 32];
	size_t have = 0;
	ssize_t got = 1;

	while (have < sizeof(word) - 1 && got != 0) {
		got = read(fd, word + have, sizeof(word) - 1 - have);
		if (got == -1 && errno != EINTR)
			break;
		if (got > 0)
			have += (size_t)got;
	}
	word[have] = '\0';
	if (word[0] == 'R')
		return 0;
	if (word[0] == 'F' && have > 2) {
		(void)fprintf(stderr, "%s: %s\n", program, word + 2);
		return failure_code((unsigned char)word[1]);
	}
	(void)fprintf(stderr,
	    "%s: PF%04d the daemon ended before it was ready\n", program,
	    PF_START_FAILED);
	return msg_find(PF_START_FAILED)->exit_code;
}
