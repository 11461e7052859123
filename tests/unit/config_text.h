/*
 * What tests of configuration files share: text to settings, settings to
 * text, and complaints in short.
 * Runs in: a test.
 */
#ifndef PREFORK_TESTS_CONFIG_TEXT_H
#define PREFORK_TESTS_CONFIG_TEXT_H

#include <stdlib.h>

#include "config/file.h"
#include "config/print.h"
#include "rig.h"
#include "tap.h"

static struct complaints complaints;

/* NULL with complaints. */
static inline struct settings *
text_read(const char *text)
{
	struct settings *settings = settings_new(0);

	rig_require(settings != NULL, "settings");
	complaints.count = 0;
	if (file_read_text(settings, "c", text, strlen(text), &complaints) == 0)
		return settings;
	settings_unref(settings);
	return NULL;
}

/* The caller's to free. */
static inline char *
text_of(const struct settings *settings)
{
	char *text = settings_text(settings, SETTINGS_FOR_PEOPLE);

	rig_require(text != NULL, "print");
	return text;
}

/* "2:1 502 3:4 503"; places lose the first `cut` bytes, those that are no
 * longer are "-". */
static inline const char *
text_said(size_t cut)
{
	static char text[4096];
	const struct complaint *c;
	size_t used = 0;
	unsigned i;

	text[0] = '\0';
	for (i = 0; i < complaints.count && i < COMPLAINTS_MAX; i++) {
		c = &complaints.items[i];
		used += (size_t)snprintf(text + used, sizeof(text) - used,
		    "%s%s %d", i > 0 ? " " : "",
		    strlen(c->place) < cut ? "-" : c->place + cut,
		    (int)c->error.id);
	}
	return text;
}

#endif
