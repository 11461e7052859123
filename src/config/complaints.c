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

int
complain(struct complaints *complaints, const char *file,
    const struct position *position, const struct error *error)
{
	struct complaint *c;

	if (complaints->count++ >= COMPLAINTS_MAX)
		return -1;
	c = &complaints->items[complaints->count - 1];
	c->error = *error;
	if (position == NULL)
		(void)snprintf(c->place, sizeof(c->place), "%s", shorten(file));
	else
		(void)snprintf(c->place, sizeof(c->place), "%s:%u:%u",
		    shorten(file), position->line, position->column);
	return -1;
}

int
complaints_first(const struct complaints *complaints, struct error *e)
{
	const struct complaint *c = &complaints->items[0];

	return error_set(e, c->error.id, "%s: %s", c->place, c->error.text);
}
