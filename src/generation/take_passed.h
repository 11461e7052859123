/*
 * Sockets that were passed to the process, as listeners of a generation; only
 * open.c includes this.
 * Runs in: master.
 */
#ifndef PREFORK_GENERATION_TAKE_PASSED_H
#define PREFORK_GENERATION_TAKE_PASSED_H

#include "generation/generation.h"

/*
 * Fill the places that are empty of the sets of `g` with what was passed and is
 * meant by them; one that `old` has too is the same object.  -1 when there is
 * no memory.
 */
int take_passed(struct generation *g, const struct generation *old);
/* Has each name found a socket?  -1 with `e` (PASSED_MISSING). */
int take_passed_check(const struct generation *g, struct error *e);

#endif
