/*
 * The directives: one table, and how a directive that stands somewhere, in a
 * file or on the command line, becomes a part of the settings.
 * Runs in: starter, master at reload, probe.
 */
#ifndef PREFORK_CONFIG_DIRECTIVE_H
#define PREFORK_CONFIG_DIRECTIVE_H

#include "base/quantity.h"
#include "config/complaints.h"
#include "config/place.h"
#include "config/settings.h"

/* Where a directive may stand. */
enum scope {
	SCOPE_TOP = 0x1,
	SCOPE_SERVICE = 0x2,
	SCOPE_BOTH = SCOPE_TOP | SCOPE_SERVICE,
	SCOPE_OPTIONS = 0x4, /* of a handler: the module's own */
	SCOPE_ANY = SCOPE_BOTH | SCOPE_OPTIONS,
};

enum form {
	FORM_NUMBER,
	FORM_SIZE,
	FORM_TIME,
	FORM_PERCENT,
	FORM_PATH,
	FORM_WORDS,
	FORM_INCLUDE, /* these three are parse.c's */
	FORM_SERVICE,
	FORM_HANDLER,
};

struct word {
	const char *text;
	struct position position;
};

/* A directive where it stands. */
struct use {
	struct settings *settings;
	struct service_settings *service; /* it stands in, or NULL */
	const char *file;		  /* or what stands for one */
	const struct word *words;	  /* [0] is the directive's name */
	size_t count;
	struct complaints *complaints;
	bool over; /* it wins over one that stands in a file */
};

struct writing;

struct directive {
	const char *name;
	enum scope scope;
	enum form form;
	size_t offset, bytes; /* of the member */
	int64_t min, max;
	bool or_none;			    /* 0 as well */
	bool many;			    /* may stand more than once */
	int (*read)(const struct use *use); /* FORM_WORDS */
	void (*write)(const struct writing *w);
	/* FORM_WORDS that are fixed: as directive_keep. */
	void (*keep)(const struct settings *from, struct settings *to);
	const char *usage, *preset, *help;
	bool fixed; /* not changed by a reload */
};

#define DIRECTIVES_MAX 64
extern const struct directive directives[];
extern const size_t directive_count;

/* By name, or NULL. */
const struct directive *directive_find(const char *name);
/* Of the values of a form that is a number. */
enum quantity directive_quantity(const struct directive *directive);
/* Reads words[1..] into settings or service.  -1 with a complaint. */
int directive_read(const struct directive *directive, const struct use *use);

/* A directive that a reload does not change, where two settings differ.  The
 * values are as they are written, "" for none. */
struct change {
	const struct directive *directive;
	char *before, *after;
};

/* The next one behind change->directive (NULL: the first).  False: no more.
 * The values that it had are freed, and set anew. */
bool directive_changed(struct change *change, const struct settings *before,
    const struct settings *after);
/* The value in `from` holds in `to` as well: the one thing that is changed in
 * settings that are filled, by the master that makes them its own. */
void directive_keep(const struct directive *directive,
    const struct settings *from, struct settings *to);

/* Complain of one of the words.  Returns -1. */
int use_fail(const struct use *use, size_t index, enum msg_id id,
    const char *format, ...) __attribute__((format(printf, 4, 5)));
/* Nothing may stand where words[index] stands.  Returns -1. */
int use_too_much(const struct use *use, size_t index);
/* words[0] is no directive in `scope`: what it could mean is said.  -1. */
int use_unknown(const struct use *use, enum scope scope);
/* min <= words[index] <= max, or 0 where `or_none`.  -1 with a complaint. */
int use_number(const struct use *use, size_t index,
    const struct directive *limits, int64_t *value);

/*
 * -o: "name=value" or "service.NAME.name=value"; a service's directive
 * without a service's name is for all of them.  -1 with `e`.
 */
int directive_override(struct settings *settings, const char *text,
    struct error *e);

#endif
