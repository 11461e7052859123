/*
 * A log line as JSON.  Only log*.c include this.  Runs in: every process.
 */
#ifndef PREFORK_BASE_LOG_JSON_H
#define PREFORK_BASE_LOG_JSON_H

#include <stddef.h>

#include "base/msg.h"

/*
 * Append one object (RFC 8259): time, level, id, program, pid, service, slot,
 * generation, text; of no worker the three are null.  The text is cut at
 * line[room - 1], and the object is whole all the same.  There must be 600
 * bytes of room.  Async-signal-safe.
 */
void log_json_append(char *line, size_t room, size_t *used,
    const struct msg_info *info, const char *text, size_t bytes);

#endif
