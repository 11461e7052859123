/*
 * The directives: one table, and how a directive that stands somewhere, in a
 * file or on the command line, becomes a part of the settings.
 * Runs in: starter, master at reload, probe.
 */
#ifndef PREFORK_CONFIG_DIRECTIVE_H
#define PREFORK_CONFIG_DIRECTIVE_H

#include "base/quantity.h"
#include "config/complaints.h"
#include "config/settings.h"

/* Where a directive may stand. */
enum scope {
	SCOPE_TOP = 0x1,
	SCOPE_SERVICE = 0x2,
	SCOPE_BOTH = SCOPE_TOP | SCOPE_SERVICE,
};

enum form {
	FORM_NUMBER,
	FORM_SIZE,
	FORM_TIME,
	FORM_PERCENT,
	FORM_PATH,
	FORM_WORDS,
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
	bool in_file;			  /* words have positions */
	const struct word *words;	  /* [0] is the directive's name */
	size_t count;
	struct complaints *complaints;
};

struct directive {
	const char *name;
	enum scope scope;
	enum form form;
	size_t offset, bytes; /* of the member */
	int64_t min, max;
	bool or_none;			    /* 0 as well */
	int (*read)(const struct use *use); /* FORM_WORDS */
	const char *usage, *preset, *help;
	bool fixed; /* not changed by a reload */
};

#define DIRECTIVES_MAX 64
extern const struct directive directives[];
extern const size_t directive_count;

/* By name, or NULL. */
const struct directive *directive_find(const char *name);
/* Reads words[1..] into settings or service.  -1 with a complaint. */
int directive_read(const struct directive *directive, const struct use *use);

/* Complain of one of the words.  Returns -1. */
int use_fail(const struct use *use, size_t index, enum msg_id id,
    const char *format, ...) __attribute__((format(printf, 4, 5)));
/* Nobody knows words[0]; what may stand in `scope` is proposed.  -1. */
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
