/*
 * How a command says on standard error why it ends: its name, the number of a
 * message, one sentence, and what to do about it.
 * Runs in: preforkctl, prefork-client.
 */
#ifndef PREFORK_BASE_COMMAND_H
#define PREFORK_BASE_COMMAND_H

#include "base/error.h"

/* Once, before the others. */
void command_begin(const char *program);
/* Returns the exit code of the message. */
int command_fail(enum msg_id id, const char *text);
int command_fail_with(const struct error *e);
/* Of the command line: "WHAT 'WORD'; -h shows the usage". */
int command_misuse(const char *what, const char *word);
/* The code to end with, after what was printed has been written. */
int command_finish(int code);

#endif
