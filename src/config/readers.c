/*
 * Directives of several words: whom workers run as, and their limits.
 * Runs in: starter, master at reload, probe.
 */
#include "config.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "config/readers.h"

bool
parse_octal(const char *text, unsigned *value)
{
	size_t i;

	*value = 0;
	for (i = 0; text[i] >= '0' && text[i] <= '7' && i < 4; i++)
		*value = *value << 3 | (unsigned)(text[i] - '0');
	return i >= 3 && text[i] == '\0' && *value <= 0777;
}

/* Two of them and a colon fit into identity->name. */
#define NAME_BYTES 127

static struct identity *
identity_of(const struct use *use)
{
	return use->service != NULL ? &use->service->identity :
				      &use->settings->identity;
}

/* identity->name is "user", "user:group" or, before the user is known,
 * ":group". */
static int
set_identity(const struct use *use, const char *user, const char *group)
{
	struct identity *identity = identity_of(use);
	char text[2 * NAME_BYTES + 2];
	struct error e;

	(void)snprintf(text, sizeof(text), "%.*s%s%.*s", NAME_BYTES, user,
	    group[0] != '\0' ? ":" : "", NAME_BYTES, group);
	if (user[0] == '\0')
		strcpy(identity->name, text);
	else if (settings_find_identity(identity, text, &e) == -1)
		return use_fail(use, 1, e.id, "%s", e.text);
	return 0;
}

/* A word that can be half of identity->name. */
static int
check_name(const struct use *use)
{
	const char *name = use->words[1].text;

	if (use->count > 2)
		return use_too_much(use, 2);
	if (name[0] != '\0' && strchr(name, ':') == NULL &&
	    strlen(name) <= NAME_BYTES)
		return 0;
	return use_fail(use, 1, PF_IDENTITY_UNKNOWN, "there is no %s '%s'",
	    use->words[0].text, name);
}

int
read_user(const struct use *use)
{
	const char *group = strchr(identity_of(use)->name, ':');
	char kept[sizeof(identity_of(use)->name)] = "";

	if (check_name(use) == -1)
		return -1;
	if (group != NULL)
		strcpy(kept, group + 1);
	return set_identity(use, use->words[1].text, kept);
}

int
read_group(const struct use *use)
{
	char user[sizeof(identity_of(use)->name)];

	if (check_name(use) == -1)
		return -1;
	strcpy(user, identity_of(use)->name);
	user[strcspn(user, ":")] = '\0';
	return set_identity(use, user, use->words[1].text);
}

int
read_max_requests(const struct use *use)
{
	static const struct directive limits = {
		.name = "max_requests", .form = FORM_NUMBER, .max = INT64_MAX
	};
	static const struct directive jitter = {
		.name = "jitter", .form = FORM_PERCENT, .max = 100
	};
	int64_t count, percent = SETTINGS_JITTER;

	if (use_number(use, 1, &limits, &count) == -1)
		return -1;
	if (use->count > 2 && strcmp(use->words[2].text, "jitter") != 0)
		return use_too_much(use, 2);
	if (use->count == 3)
		return use_fail(use, 2, PF_DIRECTIVE_VALUE,
		    "jitter needs a percentage");
	if (use->count > 4)
		return use_too_much(use, 4);
	if (use->count == 4 && use_number(use, 3, &jitter, &percent) == -1)
		return -1;
	use->service->max_requests = (uint64_t)count;
	use->service->max_requests_jitter = (unsigned)percent;
	return 0;
}

#define TIMEOUT(word)                                                         \
	{                                                                     \
		.name = #word, .form = FORM_TIME, .min = 10, .or_none = true, \
		.max = INT64_C(31536000000),                                  \
		.offset = offsetof(struct timeouts, word##_ms)                \
	}

static const struct directive timeouts[] = {
	TIMEOUT(idle),
	TIMEOUT(total),
	TIMEOUT(write),
	{ .name = "header",
	    .form = FORM_TIME,
	    .min = 10,
	    .max = INT64_C(31536000000),
	    .offset = offsetof(struct timeouts, header_ms) },
	{ .name = "min_rate", .form = FORM_SIZE, .max = 1 << 30 },
};

/* The pair at words[index]. */
static int
read_one_timeout(const struct use *use, size_t index)
{
	const char *name = use->words[index].text;
	const size_t count = sizeof(timeouts) / sizeof(timeouts[0]);
	int64_t value;
	size_t i;

	for (i = 0; i < count && strcmp(timeouts[i].name, name) != 0; i++)
		continue;
	if (i == count)
		return use_fail(use, index, PF_DIRECTIVE_VALUE,
		    "timeout knows idle, total, write, header and min_rate, "
		    "not '%s'",
		    name);
	if (index + 1 == use->count)
		return use_fail(use, index, PF_DIRECTIVE_VALUE,
		    "%s needs a value", name);
	if (use_number(use, index + 1, &timeouts[i], &value) == -1)
		return -1;
	if (i == count - 1)
		use->service->timeouts.min_rate = (unsigned)value;
	else
		memcpy((char *)&use->service->timeouts + timeouts[i].offset,
		    &value, sizeof(value));
	return 0;
}

int
read_timeout(const struct use *use)
{
	size_t i;

	for (i = 1; i < use->count; i += 2)
		if (read_one_timeout(use, i) == -1)
			return -1;
	return 0;
}
