/*
 * Where something stands in a configuration.
 * Runs in: every process.
 */
#ifndef PREFORK_CONFIG_PLACE_H
#define PREFORK_CONFIG_PLACE_H

/* Lines and columns begin at 1; a column counts bytes.  Line 0: no line. */
struct position {
	unsigned line, column;
};

struct place {
	const char *file; /* or what stands for one; NULL: nowhere */
	struct position position;
};

#endif
