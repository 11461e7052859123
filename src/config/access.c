/*
 * The directives access_log, access_fields and access_format.
 * Runs in: starter, master at reload, probe.
 */
#include "config.h"

#include <string.h>

#include "base/nearest.h"
#include "config/access.h"
#include "config/readers.h"
#include "config/writers.h"

const char *
access_field_name(enum access_field field)
{
	static const char *const names[ACCESS_FIELDS] = {
		[ACCESS_TIME] = "time",
		[ACCESS_SERVICE] = "service",
		[ACCESS_SLOT] = "slot",
		[ACCESS_PID] = "pid",
		[ACCESS_GENERATION] = "generation",
		[ACCESS_CONNECTION] = "connection",
		[ACCESS_CLIENT] = "client",
		[ACCESS_PEER] = "peer",
		[ACCESS_LOCAL] = "local",
		[ACCESS_BYTES_IN] = "bytes_in",
		[ACCESS_BYTES_OUT] = "bytes_out",
		[ACCESS_FIRST_BYTE] = "first_byte",
		[ACCESS_DURATION] = "duration",
		[ACCESS_RESULT] = "result",
		[ACCESS_NOTE] = "note",
	};

	return (unsigned)field < ACCESS_FIELDS ? names[field] : "unknown";
}

void
access_settings_init(struct access_settings *access)
{
	static const enum access_field usual[] = { ACCESS_TIME, ACCESS_SERVICE,
		ACCESS_SLOT, ACCESS_CONNECTION, ACCESS_CLIENT, ACCESS_BYTES_IN,
		ACCESS_BYTES_OUT, ACCESS_DURATION, ACCESS_RESULT, ACCESS_NOTE };

	*access = (struct access_settings) { .format = LOG_FORMAT_TEXT };
	memcpy(access->fields, usual, sizeof(usual));
	access->field_count = sizeof(usual) / sizeof(usual[0]);
}

/* ------------------------------------------------------------- access_log */

int
read_access_log(const struct use *use)
{
	const char *path = use->words[1].text;
	struct access_settings *access = &use->service->access;

	if (use->count > 2)
		return use_too_much(use, 2);
	if (strcmp(path, "off") == 0) {
		access->path = NULL;
		return 0;
	}
	if (path[0] != '/' || path[strlen(path) - 1] == '/')
		return use_fail(use, 1, PF_DIRECTIVE_VALUE,
		    "access_log needs off, or the path of a file that begins "
		    "with /, not '%s'",
		    path);
	access->path = settings_copy(use->settings, path);
	return access->path != NULL ?
	    0 :
	    use_fail(use, 1, PF_SYSCALL, "no memory for %s", path);
}

void
write_access_log(const struct writing *w)
{
	const char *path = w->service->access.path;

	write_begin(w);
	write_word(w, path != NULL ? path : "off");
	write_end(w);
}

/* ---------------------------------------------------------- access_fields */

static int
unknown_field(const struct use *use, size_t index)
{
	const char *name = use->words[index].text;
	struct nearest nearest;
	int i;

	nearest_init(&nearest, name);
	for (i = 0; i < ACCESS_FIELDS; i++)
		nearest_offer(&nearest, access_field_name(i));
	if (nearest.best == NULL)
		return use_fail(use, index, PF_DIRECTIVE_VALUE,
		    "there is no field '%s'", name);
	return use_fail(use, index, PF_DIRECTIVE_VALUE,
	    "there is no field '%s'; did you mean %s?", name, nearest.best);
}

static bool
has_field(const struct access_settings *access, int field)
{
	unsigned i;

	for (i = 0; i < access->field_count; i++)
		if ((int)access->fields[i] == field)
			return true;
	return false;
}

static int
read_field(const struct use *use, size_t index, struct access_settings *access)
{
	const char *name = use->words[index].text;
	int i;

	for (i = 0; i < ACCESS_FIELDS; i++)
		if (strcmp(access_field_name(i), name) == 0)
			break;
	if (i == ACCESS_FIELDS)
		return unknown_field(use, index);
	if (has_field(access, i))
		return use_fail(use, index, PF_DIRECTIVE_REPEATED,
		    "the field %s is there twice", name);
	access->fields[access->field_count++] = (enum access_field)i;
	return 0;
}

int
read_access_fields(const struct use *use)
{
	struct access_settings access = use->service->access;
	size_t i;

	access.field_count = 0;
	for (i = 1; i < use->count; i++)
		if (read_field(use, i, &access) == -1)
			return -1;
	use->service->access = access;
	return 0;
}

void
write_access_fields(const struct writing *w)
{
	const struct access_settings *access = &w->service->access;
	unsigned i;

	write_begin(w);
	for (i = 0; i < access->field_count; i++)
		write_word(w, access_field_name(access->fields[i]));
	write_end(w);
}

/* ---------------------------------------------------------- access_format */

int
read_access_format(const struct use *use)
{
	const char *name = use->words[1].text;
	bool is_json = strcmp(name, "json") == 0;

	if (use->count > 2)
		return use_too_much(use, 2);
	if (!is_json && strcmp(name, "text") != 0)
		return use_fail(use, 1, PF_DIRECTIVE_VALUE,
		    "access_format is text or json, not '%s'", name);
	use->service->access.format =
	    is_json ? LOG_FORMAT_JSON : LOG_FORMAT_TEXT;
	return 0;
}

void
write_access_format(const struct writing *w)
{
	write_begin(w);
	write_word(w,
	    w->service->access.format == LOG_FORMAT_JSON ? "json" : "text");
	write_end(w);
}
