/*
 * Telling whoever typed a command why it is refused.
 * Runs in: the process that was typed, and children of it.
 */
#include "config.h"

#include <stdio.h>

#include "api/programs.h"
#include "base/log.h"

static void
log_alone(const char *program, const struct error *e)
{
	log_set_ident(program);
	log_open_syslog();
	log_error(e);
}

int
program_fail(const char *program, const struct error *e)
{
	if (program_stderr_is_client()) {
		log_alone(program, e);
		return error_exit_code(e);
	}
	(void)fflush(stdout);
	(void)fprintf(stderr, "%s: PF%04d %s\n", program, (int)e->id, e->text);
	return error_exit_code(e);
}

void
program_complain(const char *program, const struct complaint *complaint)
{
	struct error e;

	if (complaint->place[0] == '\0') {
		(void)program_fail(program, &complaint->error);
		return;
	}
	if (program_stderr_is_client()) {
		complaint_sentence(complaint, &e);
		log_alone(program, &e);
		return;
	}
	(void)fflush(stdout);
	(void)fprintf(stderr, "%s: PF%04d %s\n", complaint->place,
	    (int)complaint->error.id, complaint->error.text);
}

int
program_refuse(const struct options *options, const struct error *e)
{
	const struct complaints *c = options->complaints;
	unsigned i;

	if (c == NULL || c->count == 0)
		return program_fail(options->program, e);
	for (i = 0; i < c->count && i < COMPLAINTS_MAX; i++)
		program_complain(options->program, &c->items[i]);
	if (c->count > COMPLAINTS_MAX)
		(void)fprintf(stderr, "%s: %u more\n", options->program,
		    c->count - COMPLAINTS_MAX);
	return complaint_exit_code(&c->items[0]);
}
