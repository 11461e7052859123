/*
 * Collects what is wrong with a configuration.
 * Responsible for places and for the limit; not for telling it.
 * Runs in: starter, master at reload, probe.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "config/complaints.h"

/* The end of a long path says more than its beginning. */
static const char *
shorten(const char *file)
{
	const size_t room = COMPLAINT_PLACE_BYTES - 32;
	size_t bytes = strlen(file);

	return bytes > room ? file + (bytes - room) : file;
}

void
complaint_set(struct complaint *complaint, const struct place *place,
    const struct error *error)
{
	char *text = complaint->place;
	const size_t room = sizeof(complaint->place);

	complaint->error = *error;
	complaint->in_file = place->file != NULL && place->position.line != 0;
	if (place->file == NULL)
		text[0] = '\0';
	else if (place->position.line == 0)
		(void)snprintf(text, room, "%s", shorten(place->file));
	else
		(void)snprintf(text, room, "%s:%u:%u", shorten(place->file),
		    place->position.line, place->position.column);
}

int
complaint_exit_code(const struct complaint *complaint)
{
	int code = error_exit_code(&complaint->error);

	if (complaint->in_file && code == msg_find(PF_USAGE)->exit_code)
		return msg_find(PF_DIRECTIVE_VALUE)->exit_code;
	return code;
}

void
complaint_sentence(const struct complaint *complaint, struct error *e)
{
	if (complaint->place[0] == '\0')
		*e = complaint->error;
	else
		(void)error_set(e, complaint->error.id, "%s: %s",
		    complaint->place, complaint->error.text);
}

int
complain(struct complaints *complaints, const struct place *place,
    const struct error *error)
{
	if (complaints->count++ < COMPLAINTS_MAX)
		complaint_set(&complaints->items[complaints->count - 1], place,
		    error);
	return -1;
}

int
complaints_first(const struct complaints *complaints, struct error *e)
{
	complaint_sentence(&complaints->items[0], e);
	return -1;
}
