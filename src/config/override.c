/*
 * -o: a directive that the command line sets.
 * Runs in: starter, master at reload, probe.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/nearest.h"
#include "config/directive.h"
#include "config/lexer.h"

/* Of one -o. */
#define MOST_WORDS 64
#define NAME_BYTES 128

struct override {
	struct settings *settings;
	char service[NAME_BYTES]; /* "": all, or none is meant */
	char name[NAME_BYTES];
	char place[NAME_BYTES + 4]; /* "-o name" */
	const char *value;
	struct word words[MOST_WORDS];
	size_t count;
	struct complaints complaints;
};

static int
fail(struct override *o, enum msg_id id, const char *text)
{
	const struct place place = { .file = o->place };
	struct error e;

	(void)error_set(&e, id, "%s", text);
	return complain(&o->complaints, &place, &e);
}

/* "service.NAME.name=value"; a NAME may have dots in it. */
static int
split(struct override *o, const char *text)
{
	static const char prefix[] = "service.";
	const char *equals = strchr(text, '='), *name = text;
	size_t bytes = strcspn(text, "=");
	char *dot;

	(void)snprintf(o->place, sizeof(o->place), "-o %.*s",
	    (int)(bytes < NAME_BYTES ? bytes : NAME_BYTES - 1), text);
	if (equals == NULL || bytes == 0 || bytes >= NAME_BYTES)
		return fail(o, PF_USAGE, "-o needs name=value");
	o->value = equals + 1;
	memcpy(o->name, name, bytes);
	if (strncmp(o->name, prefix, sizeof(prefix) - 1) != 0)
		return 0;
	strcpy(o->service, o->name + sizeof(prefix) - 1);
	dot = strrchr(o->service, '.');
	if (dot == NULL)
		return fail(o, PF_USAGE, "-o needs service.NAME.name=value");
	strcpy(o->name, dot + 1);
	*dot = '\0';
	return 0;
}

static int
cut_value(struct override *o, struct lexer *lexer)
{
	enum token token;

	o->words[0].text = o->name;
	o->count = 1;
	while ((token = lexer_next(lexer)) == TOKEN_WORD) {
		if (o->count == MOST_WORDS)
			return fail(o, PF_SYNTAX, "too many words");
		o->words[o->count++].text = lexer->word;
	}
	if (token == TOKEN_EOF)
		return 0;
	if (token == TOKEN_BAD)
		return fail(o, PF_SYNTAX, lexer->error.text);
	return fail(o, PF_SYNTAX,
	    "the value of one directive ends before its end");
}

static int
unknown_service(struct override *o)
{
	const struct settings *settings = o->settings;
	struct nearest nearest;
	char text[ERROR_TEXT_BYTES];
	size_t i;

	nearest_init(&nearest, o->service);
	for (i = 0; i < settings->service_count; i++)
		nearest_offer(&nearest, settings->services[i].name);
	(void)snprintf(text, sizeof(text), "there is no service '%s'%s%s%s",
	    o->service, nearest.best != NULL ? "; did you mean " : "",
	    nearest.best != NULL ? nearest.best : "",
	    nearest.best != NULL ? "?" : "");
	return fail(o, PF_SERVICE_UNKNOWN, text);
}

static int
read_for_services(const struct directive *directive, struct override *o,
    struct use *use)
{
	bool found = false;
	size_t i;

	for (i = 0; i < o->settings->service_count; i++) {
		use->service = &o->settings->services[i];
		if (o->service[0] != '\0' &&
		    strcmp(o->service, use->service->name) != 0)
			continue;
		found = true;
		if (directive_read(directive, use) == -1)
			return -1;
	}
	return found ? 0 : unknown_service(o);
}

static int
apply(struct override *o)
{
	enum scope scope = o->service[0] != '\0' ? SCOPE_SERVICE : SCOPE_BOTH;
	const struct directive *directive = directive_find(o->name);
	struct use use = { .settings = o->settings,
		.file = o->place,
		.words = o->words,
		.count = o->count,
		.complaints = &o->complaints,
		.over = true };

	if (directive == NULL || (directive->scope & scope) == 0)
		return use_unknown(&use, scope);
	if (directive->form == FORM_INCLUDE ||
	    directive->form == FORM_SERVICE || directive->form == FORM_HANDLER)
		return use_fail(&use, 0, PF_DIRECTIVE_PLACE,
		    "%s can only stand in a file", o->name);
	if (o->service[0] == '\0' && (directive->scope & SCOPE_TOP) != 0)
		return directive_read(directive, &use);
	return read_for_services(directive, o, &use);
}

static int
override(struct override *o, const char *text)
{
	struct lexer lexer;
	int result;

	if (split(o, text) == -1)
		return -1;
	if (lexer_init(&lexer, o->value, strlen(o->value)) == -1)
		return fail(o, PF_SYSCALL, "no memory");
	result = cut_value(o, &lexer);
	if (result == 0)
		result = apply(o);
	lexer_fini(&lexer);
	return result;
}

int
directive_override(struct settings *settings, const char *text, struct error *e)
{
	struct override *o = calloc(1, sizeof(*o));
	int result;

	if (o == NULL)
		return error_set(e, PF_SYSCALL, "no memory for -o %s", text);
	o->settings = settings;
	result = override(o, text);
	if (result == -1)
		(void)complaints_first(&o->complaints, e);
	free(o);
	return result;
}
