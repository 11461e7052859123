/*
 * Directives that say what a worker's process is like: its root directory,
 * umask, limits and environment.
 * Runs in: starter, master at reload, probe.
 */
#include "config.h"

#include <sys/resource.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/readers.h"
#include "config/writers.h"

int
read_chroot(const struct use *use)
{
	const char **directory = use->service != NULL ? &use->service->chroot :
							&use->settings->chroot;
	const char *path = use->words[1].text;

	if (use->count > 2)
		return use_too_much(use, 2);
	if (path[0] != '/')
		return use_fail(use, 1, PF_DIRECTIVE_VALUE,
		    "chroot needs a path that begins with /, not '%s'", path);
	*directory = settings_copy(use->settings, path);
	if (*directory == NULL)
		return use_fail(use, 1, PF_SYSCALL, "no memory");
	return 0;
}

/* A service that has the root of all need not say so. */
void
write_chroot(const struct writing *w)
{
	const char *all = w->settings->chroot;
	const char *directory = w->service != NULL ? w->service->chroot : all;

	if (directory == NULL ||
	    (w->service != NULL && all != NULL && strcmp(directory, all) == 0))
		return;
	write_begin(w);
	write_word(w, directory);
	write_end(w);
}

/* Those of POSIX, and what else the system knows. */
static const struct resource {
	const char *name;
	int number;
	enum form form;
} resources[] = {
	{ "core", RLIMIT_CORE, FORM_SIZE },
	{ "cpu", RLIMIT_CPU, FORM_NUMBER }, /* seconds */
	{ "data", RLIMIT_DATA, FORM_SIZE },
	{ "fsize", RLIMIT_FSIZE, FORM_SIZE },
	{ "nofile", RLIMIT_NOFILE, FORM_NUMBER },
	{ "stack", RLIMIT_STACK, FORM_SIZE },
	{ "as", RLIMIT_AS, FORM_SIZE },
#if defined(RLIMIT_NPROC) && !defined(PREFORK_POSIX_ONLY)
	{ "nproc", RLIMIT_NPROC, FORM_NUMBER },
#endif
#if defined(RLIMIT_MEMLOCK) && !defined(PREFORK_POSIX_ONLY)
	{ "memlock", RLIMIT_MEMLOCK, FORM_SIZE },
#endif
};

#define RESOURCES (sizeof(resources) / sizeof(resources[0]))

_Static_assert(RESOURCES <= SETTINGS_MAX_LIMITS, "no room for all limits");

/* "core, cpu, data" */
static void
list_resources(char *text, size_t bytes)
{
	size_t i, used = 0;

	for (i = 0; i < RESOURCES && used < bytes; i++)
		used += (size_t)snprintf(text + used, bytes - used, "%s%s",
		    i > 0 ? ", " : "", resources[i].name);
}

static const struct resource *
find_resource(const char *name)
{
	size_t i;

	for (i = 0; i < RESOURCES; i++)
		if (strcmp(resources[i].name, name) == 0)
			return &resources[i];
	return NULL;
}

const char *
settings_resource_name(int resource)
{
	size_t i;

	for (i = 0; i < RESOURCES; i++)
		if (resources[i].number == resource)
			return resources[i].name;
	return "?";
}

static int
read_limit_value(const struct use *use, const struct resource *resource,
    uint64_t *value)
{
	const struct directive limits = {
		.name = resource->name,
		.form = resource->form,
		.max = INT64_MAX,
	};
	int64_t number;

	if (strcmp(use->words[2].text, "unlimited") == 0) {
		*value = SETTINGS_UNLIMITED;
		return 0;
	}
	if (use_number(use, 2, &limits, &number) == -1)
		return -1;
	*value = (uint64_t)number;
	return 0;
}

static const struct limit *
find_limit(const struct limits *limits, int resource)
{
	unsigned i;

	for (i = 0; i < limits->count; i++)
		if (limits->items[i].resource == resource)
			return &limits->items[i];
	return NULL;
}

/* In place of the one of the same resource. */
static void
put_limit(struct limits *limits, const struct limit *limit)
{
	const struct limit *found = find_limit(limits, limit->resource);
	size_t at =
	    found != NULL ? (size_t)(found - limits->items) : limits->count++;

	limits->items[at] = *limit;
}

/* Except for the value. */
static int
check_limit(const struct use *use, const struct resource *resource)
{
	char list[128];

	if (resource == NULL) {
		list_resources(list, sizeof(list));
		return use_fail(use, 1, PF_DIRECTIVE_VALUE,
		    "limit knows %s, not '%s'", list, use->words[1].text);
	}
	if (use->count < 3)
		return use_fail(use, 1, PF_DIRECTIVE_VALUE,
		    "limit %s needs a value, or unlimited", resource->name);
	if (use->count > 3)
		return use_too_much(use, 3);
	return 0;
}

int
read_limit(const struct use *use)
{
	const struct resource *resource = find_resource(use->words[1].text);
	struct limits *limits = use->service != NULL ? &use->service->limits :
						       &use->settings->limits;
	struct limit limit;

	if (check_limit(use, resource) == -1)
		return -1;
	if (!use->over && find_limit(limits, resource->number) != NULL)
		return use_fail(use, 1, PF_DIRECTIVE_REPEATED,
		    "limit %s is given twice", resource->name);
	limit.resource = resource->number;
	if (read_limit_value(use, resource, &limit.value) == -1)
		return -1;
	put_limit(limits, &limit);
	return 0;
}

void
settings_inherit_limits(const struct settings *settings,
    struct service_settings *service)
{
	unsigned i;

	for (i = 0; i < settings->limits.count; i++)
		if (find_limit(&service->limits,
			settings->limits.items[i].resource) == NULL)
			put_limit(&service->limits, &settings->limits.items[i]);
}

static void
write_one_limit(const struct writing *w, const struct resource *resource,
    uint64_t value)
{
	write_begin(w);
	write_word(w, resource->name);
	if (value == SETTINGS_UNLIMITED)
		write_word(w, "unlimited");
	else
		write_quantity(w,
		    resource->form == FORM_SIZE ? QUANTITY_SIZE :
						  QUANTITY_NUMBER,
		    (int64_t)value);
	write_end(w);
}

/* A service that has the limit of all need not say so. */
void
write_limit(const struct writing *w)
{
	const struct limits *common = &w->settings->limits;
	const struct limit *own, *all;
	size_t i;

	for (i = 0; i < RESOURCES; i++) {
		all = find_limit(common, resources[i].number);
		own = w->service == NULL ?
		    all :
		    find_limit(&w->service->limits, resources[i].number);
		if (own == NULL ||
		    (w->service != NULL && all != NULL &&
			all->value == own->value))
			continue;
		write_one_limit(w, &resources[i], own->value);
	}
}

int
read_umask(const struct use *use)
{
	unsigned mask;

	if (use->count > 2)
		return use_too_much(use, 2);
	if (!parse_octal(use->words[1].text, &mask))
		return use_fail(use, 1, PF_DIRECTIVE_VALUE,
		    "umask needs an octal number from 000 to 0777, not '%s'",
		    use->words[1].text);
	use->settings->umask = (int)mask;
	return 0;
}

void
write_umask(const struct writing *w)
{
	char text[16];

	if (w->settings->umask < 0)
		return;
	(void)snprintf(text, sizeof(text), "%04o",
	    (unsigned)w->settings->umask);
	write_begin(w);
	write_word(w, text);
	write_end(w);
}

static struct variable *
find_variable(const struct service_settings *service, const char *name)
{
	size_t i;

	for (i = 0; i < service->variable_count; i++)
		if (strcmp(service->variables[i].name, name) == 0)
			return &service->variables[i];
	return NULL;
}

static struct variable *
add_variable(struct service_settings *service)
{
	struct variable *grown = realloc(service->variables,
	    (service->variable_count + 1) * sizeof(*grown));

	if (grown == NULL)
		return NULL;
	service->variables = grown;
	return &grown[service->variable_count];
}

static int
check_env(const struct use *use)
{
	const char *name = use->words[1].text;

	if (name[0] == '\0' || strchr(name, '=') != NULL)
		return use_fail(use, 1, PF_DIRECTIVE_VALUE,
		    "env needs the name of a variable, not '%s'", name);
	if (use->count < 3)
		return use_fail(use, 1, PF_DIRECTIVE_VALUE,
		    "env %s needs a value", name);
	if (use->count > 3)
		return use_too_much(use, 3);
	if (!use->over && find_variable(use->service, name) != NULL)
		return use_fail(use, 1, PF_DIRECTIVE_REPEATED,
		    "env %s is given twice", name);
	return 0;
}

int
read_env(const struct use *use)
{
	struct service_settings *service = use->service;
	struct variable new, *place;

	if (check_env(use) == -1)
		return -1;
	new.name = settings_copy(use->settings, use->words[1].text);
	new.value = settings_copy(use->settings, use->words[2].text);
	if (new.name == NULL || new.value == NULL)
		return use_fail(use, 1, PF_SYSCALL, "no memory");
	place = find_variable(service, new.name);
	if (place == NULL) {
		place = add_variable(service);
		if (place == NULL)
			return use_fail(use, 1, PF_SYSCALL, "no memory");
		service->variable_count++;
	}
	*place = new;
	return 0;
}

void
write_env(const struct writing *w)
{
	size_t i;

	for (i = 0; i < w->service->variable_count; i++) {
		write_begin(w);
		write_word(w, w->service->variables[i].name);
		write_word(w, w->service->variables[i].value);
		write_end(w);
	}
}
