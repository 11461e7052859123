/*
 * Checks a module's descriptor, so that the rest of the core can trust it.
 * What cannot be seen (a wild pointer, a table without end) is for the probe
 * process to die of.
 * Runs in: worker, probe.
 */
#include "config.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "module/option_value.h"
#include "module/valid.h"

#define KNOWN_FLAGS                                                         \
	(PREFORK_CLIENT_FIRST | PREFORK_SINGLE_WORKER | PREFORK_DATAGRAMS | \
	    PREFORK_LONG_ANSWERS)

static int
check_abi(const struct prefork_module *d, const char *path, struct error *e)
{
	if (d->abi != PREFORK_ABI)
		return error_set(e, PF_MODULE_ABI,
		    "%s was built for prefork ABI %lu, this is ABI %d", path,
		    (unsigned long)d->abi, PREFORK_ABI);
	if (d->size != sizeof(*d))
		return error_set(e, PF_MODULE_ABI,
		    "%s was built with a descriptor of %lu bytes, "
		    "this is one of %zu",
		    path, (unsigned long)d->size, sizeof(*d));
	return 0;
}

/* Names are typed by people, in files and on command lines. */
static bool
name_good(const char *name)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789_-.";

	return name != NULL && name[0] != '\0' &&
	    name[strspn(name, plain)] == '\0';
}

static bool
one_line(const char *text)
{
	return text == NULL || strpbrk(text, "\n\r\t\033") == NULL;
}

static const char *
descriptor_fault(const struct prefork_module *d)
{
	if (!name_good(d->name))
		return "name is missing or has other bytes than "
		       "A-Z a-z 0-9 _ - .";
	if (!one_line(d->version))
		return "version is not one line";
	if (!one_line(d->summary))
		return "summary is not one line";
	if ((d->flags & ~KNOWN_FLAGS) != 0)
		return "flags has bits that this prefork does not know";
	if (d->handle == NULL && d->datagram == NULL)
		return "handle is missing";
	if ((d->flags & PREFORK_DATAGRAMS) != 0 && d->datagram == NULL)
		return "flags has PREFORK_DATAGRAMS, but datagram is missing";
	if (d->datagram != NULL && (d->flags & PREFORK_DATAGRAMS) == 0)
		return "datagram is there, but flags lacks PREFORK_DATAGRAMS";
	if ((d->flags & PREFORK_LONG_ANSWERS) != 0 && d->datagram == NULL)
		return "flags has PREFORK_LONG_ANSWERS, but datagram is "
		       "missing";
	return NULL;
}

static bool
overlap(const struct prefork_option *a, const struct prefork_option *b)
{
	return a->offset < b->offset + option_member_bytes(b->type) &&
	    b->offset < a->offset + option_member_bytes(a->type);
}

static const char *
place_fault(const struct prefork_option *o, size_t config_size)
{
	size_t bytes = option_member_bytes(o->type);

	if (bytes > config_size || o->offset > config_size - bytes)
		return "offset is outside of config_size";
	if (o->offset % option_member_align(o->type) != 0)
		return "offset does not fit the type's alignment";
	return NULL;
}

static const char *
option_fault(const struct prefork_option *o, size_t config_size)
{
	enum quantity kind;

	if (!name_good(o->name))
		return "name has other bytes than A-Z a-z 0-9 _ - .";
	if (!option_type_known(o->type))
		return "type is unknown";
	if (option_is_number(o->type, &kind) && o->min > o->max)
		return "min is above max";
	if (o->type == PREFORK_ENUM &&
	    (o->choices == NULL || o->choices[0] == NULL))
		return "choices is missing";
	if (!one_line(o->help))
		return "help is not one line";
	return place_fault(o, config_size);
}

/* Against the options before it. */
static const char *
pair_fault(const struct prefork_option *first, const struct prefork_option *o)
{
	const struct prefork_option *before;

	for (before = first; before != o; before++) {
		if (strcmp(before->name, o->name) == 0)
			return "name is there twice";
		if (overlap(before, o))
			return "fills the same member as an option before it";
	}
	return NULL;
}

static int
check_preset(const struct prefork_option *o, const char *path, struct error *e)
{
	union option_value value;
	struct error inner;

	if (o->preset == NULL ||
	    option_parse(o, o->preset, &value, &inner) == 0)
		return 0;
	return error_set(e, PF_MODULE_INVALID, "%s has a bad preset: %s", path,
	    inner.text);
}

static int
check_options(const struct prefork_module *d, const char *path, struct error *e)
{
	const struct prefork_option *o;
	const char *fault;

	for (o = d->options; o != NULL && o->name != NULL; o++) {
		fault = option_fault(o, d->config_size);
		if (fault == NULL)
			fault = pair_fault(d->options, o);
		if (fault != NULL)
			return error_set(e, PF_MODULE_INVALID,
			    "%s has a bad descriptor: option %s: %s", path,
			    o->name, fault);
		if (check_preset(o, path, e) == -1)
			return -1;
	}
	return 0;
}

int
module_valid(const struct prefork_module *d, const char *path, struct error *e)
{
	const char *fault;

	if (check_abi(d, path, e) == -1)
		return -1;
	fault = descriptor_fault(d);
	if (fault != NULL)
		return error_set(e, PF_MODULE_INVALID,
		    "%s has a bad descriptor: %s", path, fault);
	return check_options(d, path, e);
}
