/*
 * What preforkd does besides serving.  Each returns a sysexits(3) code and
 * has printed its reason.
 * Runs in: the process that was typed, and children of it.
 */
#ifndef PREFORK_API_PROGRAMS_H
#define PREFORK_API_PROGRAMS_H

#include "api/options.h"

/* Is standard error the socket of a client that inetd(8) passed? */
bool program_stderr_is_client(void);
/* "preforkd: PF0500 reason" on stderr, or in the system's log where that is
 * a client; the exit code of it. */
int program_fail(const char *program, const struct error *e);

/* "file:3:5: PF0502 reason", or as program_fail does where it has no place. */
void program_complain(const char *program, const struct complaint *complaint);
/* The same for what was wrong with the options, all of it. */
int program_refuse(const struct options *options, const struct error *e);

int program_check(const struct options *options);
int program_print(const struct options *options);
int program_list(const struct options *options);
int program_describe(const struct options *options);
int program_one_shot(const struct options *options);

#endif
