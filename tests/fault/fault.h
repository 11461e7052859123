/*
 * The parts of the handler that does what the client says: each command gets
 * what follows its word on the line and says how the connection goes on.
 * Runs in: worker.
 */
#ifndef PREFORK_TESTS_FAULT_H
#define PREFORK_TESTS_FAULT_H

#include <prefork/module.h>

enum next {
	NEXT_LINE,  /* go on with the next command */
	NEXT_OK,    /* say "ok" and go on */
	NEXT_RETURN /* leave the handler */
};

struct command {
	const char *name;
	enum next (*run)(struct prefork_conn *conn, const char *argument);
};

/* All tables end with a NULL name. */
extern const struct command harm_commands[];   /* harm.c */
extern const struct command tell_commands[];   /* tell.c */
extern const struct command last_commands[];   /* last.c */
extern const struct command rights_commands[]; /* rights.c */

/* Formatted, and cut at 4 KiB. */
void fault_say(struct prefork_conn *conn, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

_Noreturn void fault_crash(void);
_Noreturn void fault_hang(void);

#endif
