/*
 * The message table as data.
 * Responsible for finding a row; not for printing it.
 * Runs in: every process.
 */
#include "config.h"

#include <string.h>

#include <stddef.h>

#include "base/msg.h"

static const struct msg_info rows[] = {
#define MSG(name, number, level, code, meaning, remedy) \
	{ PF_##name, LEVEL_##level, code, #name, meaning, remedy },
#include "base/msg.def"
#undef MSG
};

#define ROWS (sizeof(rows) / sizeof(rows[0]))

const struct msg_info *
msg_find(int id)
{
	const struct msg_info *bug = &rows[0];
	size_t i;

	for (i = 0; i < ROWS; i++) {
		if ((int)rows[i].id == id)
			return &rows[i];
		if (rows[i].id == PF_BUG)
			bug = &rows[i];
	}
	return bug;
}

const char *
msg_level_name(enum msg_level level)
{
	static const char *const names[] = { "error", "warning", "notice",
		"info", "debug" };

	return (unsigned)level < sizeof(names) / sizeof(names[0]) ?
	    names[level] :
	    "unknown";
}

int
msg_level_find(const char *name, enum msg_level *level)
{
	int i;

	for (i = LEVEL_ERROR; i <= LEVEL_DEBUG; i++)
		if (strcmp(msg_level_name((enum msg_level)i), name) == 0) {
			*level = (enum msg_level)i;
			return 0;
		}
	return -1;
}
