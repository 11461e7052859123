/*
 * Does the system kill for want of memory?  Linux counts whom it killed, for
 * the control group that we are in (version 2 or 1) or, where that cannot be
 * read, for the whole machine.  A count that rose when somebody died of KILL is
 * a suspicion, not a proof: it does not say who was killed.
 * Runs in: master.
 */
#ifndef PREFORK_BASE_OOM_H
#define PREFORK_BASE_OOM_H

#include <stdbool.h>
#include <stdint.h>

#define OOM_PATH_BYTES 512
/* A victim is reaped sooner than this. */
#define OOM_FRESH_MS 2000

struct oom {
	char path[OOM_PATH_BYTES]; /* of the count; "": there is none */
	int64_t seen;		   /* its value at the last look */
	int64_t victims;	   /* that oom_take did not give to anybody */
	int64_t risen_ms;	   /* when they were seen */
};

/* Find the count and remember its value. */
void oom_init(struct oom *oom);
/* The same of a file that has a line "oom_kill NUMBER".  -1 when it has none.
 */
int oom_init_file(struct oom *oom, const char *path);
/* Somebody died of KILL: true when a victim has been counted for it since the
 * last look.  Each victim is given once. */
bool oom_take(struct oom *oom, int64_t now_ms);

#endif
