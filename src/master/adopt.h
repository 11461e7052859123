/*
 * Adoption under way: what its lines have in common.
 * Runs in: master, rehearsal.
 */
#ifndef PREFORK_MASTER_ADOPT_H
#define PREFORK_MASTER_ADOPT_H

#include "master/state.h"
#include "master/upgrade.h"

#define FD_MAX	  INT_MAX
#define MS_MAX	  (INT64_C(1) << 50)
#define COUNT_MAX INT64_MAX

struct adoption {
	struct master *m;
	bool rehearsal;
	struct cohort *cohort; /* whose lines follow */
	struct crew *crew;
	struct settings *settings;	/* of the generation that comes next */
	struct listener_set *listeners; /* of the crew's service */
	bool slot_taken[CREW_MOST];	/* of the crew */
	bool cell_taken[SCOREBOARD_MAX_SLOTS];
	struct error *e;
};

/* The listeners that were collected belong to the service before. */
int adopt_finish_service(struct adoption *a);
/* Keywords. */
int adopt_pidfile(struct adoption *a, const struct state_line *line);
int adopt_log(struct adoption *a, const struct state_line *line);
int adopt_control(struct adoption *a, const struct state_line *line);
int adopt_total(struct adoption *a, const struct state_line *line);
/* Of totals_reasons. */
int adopt_reasons(struct adoption *a, const struct state_line *line);
int adopt_tally(struct adoption *a, const struct state_line *line);
int adopt_served(struct adoption *a, const struct state_line *line);
int adopt_first(struct adoption *a, const struct state_line *line);
int adopt_outcome(struct adoption *a, const struct state_line *line);
/* Before the first of them. */
int adopt_passed(struct adoption *a, const struct state_line *line);
int adopt_listener(struct adoption *a, const struct state_line *line);
int adopt_worker(struct adoption *a, const struct state_line *line);
int adopt_given_up(struct adoption *a, const struct state_line *line);

#endif
