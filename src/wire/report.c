/*
 * Verdicts of helper processes.
 * Runs in: master, probe, rehearsal.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fd.h"
#include "wire/report.h"

#define READY "ready"

int
report_ready(int fd)
{
	return fd_write_all(fd, READY "\n", sizeof(READY));
}

int
report_error(int fd, const struct error *e)
{
	char line[ERROR_TEXT_BYTES + 16];
	int length;

	length =
	    snprintf(line, sizeof(line), "PF%04d %s\n", (int)e->id, e->text);
	return fd_write_all(fd, line, (size_t)length);
}

const char *
report_last_line(const char *text)
{
	const char *end = text + strlen(text), *line;

	while (end > text && end[-1] == '\n')
		end--;
	for (line = end; line > text && line[-1] != '\n';)
		line--;
	return line;
}

/* What a program says of itself begins with its name: "preforkd: PF0120 ...".
 */
static const char *
skip_name(const char *line)
{
	const char *number = strstr(line, ": PF");

	if (strncmp(line, "PF", 2) == 0 || number == NULL ||
	    strcspn(line, " \n") != (size_t)(number - line) + 1)
		return line;
	return number + 2;
}

/* The number must be one of an error, or anybody could make us believe
 * that nothing is wrong. */
static enum msg_id
parse_id(const char *line)
{
	char *end;
	long id;

	if (strncmp(line, "PF", 2) != 0 || line[2] < '0' || line[2] > '9')
		return PF_NONE;
	id = strtol(line + 2, &end, 10);
	if (end != line + 6 || *end != ' ' ||
	    msg_find((int)id)->id != (enum msg_id)id ||
	    msg_find((int)id)->exit_code == 0)
		return PF_NONE;
	return (enum msg_id)id;
}

static bool
has_ready_line(const char *text)
{
	const char *line;
	size_t length;

	for (line = text; *line != '\0'; line += length) {
		length = strcspn(line, "\n");
		if (length == strlen(READY) &&
		    strncmp(line, READY, length) == 0)
			return true;
		length += line[length] == '\n';
	}
	return false;
}

bool
report_read(const char *text, struct error *e)
{
	const char *line = skip_name(report_last_line(text));
	size_t length = strcspn(line, "\n");
	enum msg_id id = parse_id(line);

	e->id = PF_NONE;
	e->text[0] = '\0';
	if (id != PF_NONE)
		(void)error_set(e, id, "%.*s", (int)length - 7, line + 7);
	return has_ready_line(text);
}
