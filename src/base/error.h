/*
 * One reason, told once: functions that can fail for a reason that a person
 * must read fill a struct error; the one caller that decides logs or prints
 * it.  Runs in: every process.
 */
#ifndef PREFORK_BASE_ERROR_H
#define PREFORK_BASE_ERROR_H

#include "base/msg.h"

#define ERROR_TEXT_BYTES 512

struct error {
	enum msg_id id;
	char text[ERROR_TEXT_BYTES]; /* one sentence, no newline */
};

/*
 * Fill `e` (cut at ERROR_TEXT_BYTES - 1 bytes; control bytes become '?').
 * Returns -1, so that a failing function can end with it.  errno is kept.
 */
int error_set(struct error *e, enum msg_id id, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* sysexits(3) code of the message. */
int error_exit_code(const struct error *e);

#endif
