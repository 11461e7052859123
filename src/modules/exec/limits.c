/*
 * Limits of the program, setrlimit(2).
 * Runs in: worker, probe; limits_set in the program's process.
 */
#include "config.h"

#include <sys/resource.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "exec.h"

static const struct limit {
	const char *name;
	int resource;
} names[] = {
	{ "as", RLIMIT_AS },
	{ "core", RLIMIT_CORE },
	{ "cpu", RLIMIT_CPU },
	{ "data", RLIMIT_DATA },
	{ "fsize", RLIMIT_FSIZE },
	{ "nofile", RLIMIT_NOFILE },
#ifdef RLIMIT_NPROC
	{ "nproc", RLIMIT_NPROC },
#endif
	{ "stack", RLIMIT_STACK },
};

static const struct limit *
find(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(names[i].name, name) == 0)
			return &names[i];
	return NULL;
}

static int
parse(const char *text, rlim_t *value)
{
	char *end;
	unsigned long long number;

	if (strcmp(text, "unlimited") == 0) {
		*value = RLIM_INFINITY;
		return 0;
	}
	errno = 0;
	number = strtoull(text, &end, 10);
	if (text[0] < '0' || text[0] > '9' || *end != '\0' || errno != 0)
		return -1;
	*value = (rlim_t)number;
	return 0;
}

int
limits_check(const struct prefork_list *limit, char *reason,
    size_t reason_bytes)
{
	rlim_t value;
	size_t i;

	for (i = 0; i < limit->count; i += 2) {
		if (find(limit->items[i]) == NULL)
			(void)snprintf(reason, reason_bytes,
			    "limit knows no resource '%s'", limit->items[i]);
		else if (i + 1 == limit->count ||
		    parse(limit->items[i + 1], &value) == -1)
			(void)snprintf(reason, reason_bytes,
			    "limit %s needs a number or unlimited",
			    limit->items[i]);
		else
			continue;
		return -1;
	}
	return 0;
}

int
limits_set(const struct prefork_list *limit, const char **what)
{
	struct rlimit both;
	rlim_t value;
	size_t i;

	for (i = 0; i + 1 < limit->count; i += 2) {
		*what = limit->items[i];
		if (parse(limit->items[i + 1], &value) == -1)
			return -1;
		both.rlim_cur = both.rlim_max = value;
		if (setrlimit(find(limit->items[i])->resource, &both) == -1)
			return -1;
	}
	return 0;
}
