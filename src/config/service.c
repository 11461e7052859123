/*
 * Services and their handlers in a file.
 * Runs in: starter, master at reload, probe.
 */
#include "config.h"

#include <string.h>

#include "config/parser.h"

#define NAME_BYTES_OF_ALL                                      \
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ" \
	"0123456789_-."

static bool
check_name(const struct use *use)
{
	const char *name = use->words[1].text;

	if (name[0] != '\0' && strlen(name) < SETTINGS_NAME_BYTES &&
	    strspn(name, NAME_BYTES_OF_ALL) == strlen(name))
		return true;
	(void)use_fail(use, 1, PF_DIRECTIVE_VALUE,
	    "a service's name has 1 to %d letters, digits, _ - or ., not '%s'",
	    SETTINGS_NAME_BYTES - 1, name);
	return false;
}

static bool
check_new(const struct use *use)
{
	const struct service_settings *twin =
	    settings_find_service(use->settings, use->words[1].text);

	if (twin != NULL)
		(void)use_fail(use, 1, PF_DIRECTIVE_REPEATED,
		    "there is a service %s already, in %s:%u", twin->name,
		    twin->place.file, twin->place.position.line);
	return twin == NULL;
}

bool
parser_service(struct parser *parser, struct block *inner, bool open)
{
	struct use use = parser_use(parser, inner);

	if (use.count != 2 || !open) {
		(void)use_fail(&use, use.count > 2 ? 2 : 0, PF_SYNTAX,
		    "a service is written: service name { ... }");
		return false;
	}
	if (!check_name(&use) || !check_new(&use))
		return false;
	inner->service = settings_add_service(parser->settings);
	if (inner->service == NULL ||
	    parser->settings->service_count > SETTINGS_MAX_SERVICES) {
		(void)use_fail(&use, 0, PF_SYSCALL, "no room for a service");
		return false;
	}
	strcpy(inner->service->name, use.words[1].text);
	inner->service->place =
	    (struct place) { use.file, use.words[1].position };
	return true;
}

static const char *
handler_of(struct parser *parser, const struct use *use)
{
	const char *name = use->words[1].text;
	char path[PATH_MAX];
	size_t hidden;

	if (strchr(name, '/') == NULL)
		return settings_copy(parser->settings, name);
	if (name[0] != '/' && parser->directory == NULL)
		return NULL;
	if (parser_path(parser, name, path, &hidden) == -1)
		return NULL;
	return settings_copy(parser->settings, path);
}

bool
parser_handler(struct parser *parser, struct block *inner)
{
	struct use use = parser_use(parser, inner);
	struct service_settings *service = inner->service;

	if (use.count != 2 || use.words[1].text[0] == '\0') {
		(void)use_fail(&use, use.count > 2 ? 2 : 0, PF_DIRECTIVE_VALUE,
		    "handler needs a name or a path, and options in { }");
		return false;
	}
	service->handler = handler_of(parser, &use);
	if (service->handler == NULL) {
		(void)use_fail(&use, 1, PF_DIRECTIVE_VALUE,
		    "the path of the handler cannot be used");
		return false;
	}
	service->handler_place =
	    (struct place) { use.file, use.words[1].position };
	return true;
}

bool
parser_option(struct parser *parser, const struct block *block)
{
	struct use use = parser_use(parser, block);
	struct module_argument argument;
	struct option_place place = { .file = use.file,
		.name = use.words[0].position };
	size_t i;

	if (use.count < 2)
		return use_fail(&use, 0, PF_DIRECTIVE_VALUE,
			   "option %s needs a value", use.words[0].text) == 0;
	argument.name = settings_copy(use.settings, use.words[0].text);
	for (i = 1; i < use.count; i++) {
		argument.value = settings_copy(use.settings, use.words[i].text);
		place.value = use.words[i].position;
		if (argument.name == NULL || argument.value == NULL ||
		    settings_add_argument(block->service, &argument, &place) ==
			-1)
			return use_fail(&use, i, PF_SYSCALL, "no memory") == 0;
	}
	return true;
}

static bool
is_seen(const struct block *block, const char *name)
{
	return block->seen[directive_find(name) - directives].file != NULL;
}

void
parser_close(struct parser *parser, const struct block *block)
{
	const struct service_settings *service = block->service;
	const char *missing = NULL;
	struct error e;

	if (block->kind != BLOCK_SERVICE)
		return;
	if (!is_seen(block, "handler"))
		missing = "handler";
	else if (!is_seen(block, "listen"))
		missing = "listen";
	else if (is_seen(block, "group") && !is_seen(block, "user"))
		missing = "user, which group needs";
	if (missing == NULL)
		return;
	(void)error_set(&e, PF_SERVICE_INCOMPLETE, "service %s has no %s",
	    service->name, missing);
	(void)complain(parser->complaints, &service->place, &e);
}
