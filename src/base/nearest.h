/*
 * The name that a person probably meant: for "did you mean ..." in errors
 * about options, directives and handlers.  Runs in: every process.
 */
#ifndef PREFORK_BASE_NEAREST_H
#define PREFORK_BASE_NEAREST_H

/* Longer names are never near to anything. */
#define NEAREST_NAME_BYTES 64

struct nearest {
	const char *wanted;
	const char *best; /* NULL: none is near */
	unsigned distance;
};

void nearest_init(struct nearest *n, const char *wanted);
/* Offer a candidate; it is kept, not copied, if it is within two edits
 * (insert, delete, replace a byte) and nearer than those before it. */
void nearest_offer(struct nearest *n, const char *candidate);

#endif
