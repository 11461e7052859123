/*
 * Filling a struct error.
 * Responsible for one clean sentence; not for telling it.
 * Runs in: every process.
 */
#include "config.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/error.h"

static void
clean(char *text)
{
	for (; *text != '\0'; text++)
		if ((unsigned char)*text < 0x20 || *text == 0x7f)
			*text = '?';
}

int
error_set(struct error *e, enum msg_id id, const char *format, ...)
{
	/* The caller may hand the old text in as an argument. */
	char text[ERROR_TEXT_BYTES];
	int saved = errno;
	va_list ap;

	va_start(ap, format);
	if (vsnprintf(text, sizeof(text), format, ap) < 0)
		text[0] = '\0';
	va_end(ap);
	clean(text);
	e->id = id;
	(void)snprintf(e->text, sizeof(e->text), "%s", text);
	errno = saved;
	return -1;
}

int
error_exit_code(const struct error *e)
{
	return msg_find(e->id)->exit_code;
}
