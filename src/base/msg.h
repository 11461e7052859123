/*
 * Names of the messages in msg.def.  Runs in: every process.
 */
#ifndef PREFORK_BASE_MSG_H
#define PREFORK_BASE_MSG_H

enum msg_level {
	LEVEL_ERROR,
	LEVEL_WARNING,
	LEVEL_NOTICE,
	LEVEL_INFO,
	LEVEL_DEBUG,
};

enum msg_id {
	PF_NONE = 0,
#define MSG(name, number, level, code, meaning, remedy) PF_##name = (number),
#include "base/msg.def"
#undef MSG
};

struct msg_info {
	enum msg_id id;
	enum msg_level level;
	int exit_code; /* sysexits(3), 0 where nothing ends */
	const char *name;
	const char *meaning;
	const char *remedy;
};

/* The row of `id`; never NULL (an unknown id gives the row of BUG). */
const struct msg_info *msg_find(int id);
/* "error", "warning", ... */
const char *msg_level_name(enum msg_level level);
/* By that name.  -1: there is none. */
int msg_level_find(const char *name, enum msg_level *level);

#endif
