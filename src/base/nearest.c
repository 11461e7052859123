/*
 * Edit distance between short names.
 * Runs in: every process.
 */
#include "config.h"

#include <stddef.h>
#include <string.h>

#include "base/nearest.h"

#define NEAR_ENOUGH 2

static unsigned
least(unsigned a, unsigned b, unsigned c)
{
	unsigned ab = a < b ? a : b;

	return ab < c ? ab : c;
}

/* row[j] is the distance of the first i bytes of `a` to the first j of `b`;
 * it is made the row of i + 1. */
static void
next_row(unsigned row[NEAREST_NAME_BYTES], char byte, const char *b)
{
	unsigned diagonal = row[0];
	unsigned above;
	size_t j;

	row[0]++;
	for (j = 0; b[j] != '\0'; j++) {
		above = row[j + 1];
		row[j + 1] =
		    least(above + 1, row[j] + 1, diagonal + (b[j] != byte));
		diagonal = above;
	}
}

static unsigned
edit_distance(const char *a, const char *b)
{
	unsigned row[NEAREST_NAME_BYTES];
	unsigned j;

	for (j = 0; j < NEAREST_NAME_BYTES; j++)
		row[j] = j;
	for (; *a != '\0'; a++)
		next_row(row, *a, b);
	return row[strlen(b)];
}

void
nearest_init(struct nearest *n, const char *wanted)
{
	size_t bytes = strlen(wanted);

	n->wanted = bytes < NEAREST_NAME_BYTES ? wanted : "";
	n->best = NULL;
	/* One edit makes any one-byte name any other: that is no help. */
	n->distance = bytes > NEAR_ENOUGH ? NEAR_ENOUGH + 1 : (unsigned)bytes;
}

void
nearest_offer(struct nearest *n, const char *candidate)
{
	unsigned distance;

	if (n->wanted[0] == '\0' || strlen(candidate) >= NEAREST_NAME_BYTES)
		return;
	distance = edit_distance(n->wanted, candidate);
	if (distance >= n->distance)
		return;
	n->distance = distance;
	n->best = candidate;
}
