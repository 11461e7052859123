/*
 * The daemon's log as it is written, each line with the time at which it was
 * seen, and what the nemesis did, in one list.
 * Runs in: nemesis.
 */
#ifndef NEMESIS_CHRONICLE_H
#define NEMESIS_CHRONICLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CHRONICLE_LINE 400

struct entry {
	int64_t at_ms;
	bool ours; /* a misfortune, not a line of the log */
	char text[CHRONICLE_LINE];
};

struct chronicle {
	int fd;	      /* of the log; -1: there is none */
	bool is_loud; /* print all that we do */
	char partial[CHRONICLE_LINE];
	size_t used;
	struct entry *entries;
	size_t count; /* ever; the last ones are kept */
	unsigned long lines;
	/* The first line that should not be there. */
	char forbidden[CHRONICLE_LINE];
	unsigned long reloads_good, reloads_bad, upgrades_refused;
};

void chronicle_init(struct chronicle *chronicle, bool is_loud);
void chronicle_free(struct chronicle *chronicle);
/* From now on the log is this file. */
void chronicle_follow(struct chronicle *chronicle, const char *path);
/* Read what is new; empties the file when it has become long. */
void chronicle_read(struct chronicle *chronicle, int64_t now_ms);
/* What the nemesis does. */
void chronicle_tell(struct chronicle *chronicle, int64_t now_ms,
    const char *format, ...) __attribute__((format(printf, 3, 4)));
/* As lines that begin with "# ": both kinds from first to last, or, of the
 * whole time, what was ours. */
void chronicle_print(const struct chronicle *chronicle, int64_t first_ms,
    int64_t last_ms);
void chronicle_print_ours(const struct chronicle *chronicle, size_t most);

#endif
