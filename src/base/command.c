/*
 * Why a command ends.
 * Runs in: preforkctl, prefork-client.
 */
#include "config.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/command.h"

static const char *name = "prefork";

/* What is opened later must not come to be standard output.  Where that was
 * closed, writing to it fails as before. */
static void
occupy_stdio(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDONLY);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd > STDERR_FILENO)
		(void)close(fd);
}

void
command_begin(const char *program)
{
	name = program;
	occupy_stdio();
}

int
command_fail(enum msg_id id, const char *text)
{
	const struct msg_info *info = msg_find((int)id);

	(void)fflush(stdout);
	(void)fprintf(stderr, "%s: PF%04d %s%s%s\n", name, (int)id, text,
	    info->remedy[0] != '\0' && id != PF_USAGE ? ". " : "",
	    id != PF_USAGE ? info->remedy : "");
	return info->exit_code;
}

int
command_fail_with(const struct error *e)
{
	return command_fail(e->id, e->text);
}

int
command_misuse(const char *what, const char *word)
{
	char text[256];

	(void)snprintf(text, sizeof(text), "%s '%s'; -h shows the usage", what,
	    word);
	return command_fail(PF_USAGE, text);
}

int
command_finish(int code)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return code;
	return code != 0 ? code :
			   command_fail(PF_SYSCALL, "cannot write the answer");
}
