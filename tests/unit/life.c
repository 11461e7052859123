/*
 * The table of the daemon's life: what must hold whatever is written there.
 */
#include "config.h"

#include <string.h>

#include "master/life.h"
#include "tap.h"

static bool
has(enum life_state state, enum life_event event)
{
	return life_rule(state, event)->action != NULL;
}

/* From every state but the last the daemon can be ended, fast or not. */
static void
test_stop(void)
{
	enum life_state state, next;

	for (state = LIFE_STARTING; state < LIFE_OVER; state++) {
		ok(has(state, ON_STOP) && has(state, ON_FAST_STOP),
		    "%s: can be stopped", life_state_name(state));
		next = life_rule(state, ON_FAST_STOP)->next;
		ok(next == LIFE_STOPPING, "%s: fast", life_state_name(state));
		next = life_rule(state, ON_STOP)->next;
		ok(next == LIFE_LEAVING || next == LIFE_STOPPING,
		    "%s: gracefully", life_state_name(state));
	}
}

/* Nothing leads out of a stop but its end. */
static void
test_no_return(void)
{
	enum life_event event;

	for (event = 0; event < LIFE_EVENTS; event++) {
		ok(!has(LIFE_OVER, event), "over: %s means nothing",
		    life_event_name(event));
		if (has(LIFE_STOPPING, event))
			ok(life_rule(LIFE_STOPPING, event)->next >=
				LIFE_STOPPING,
			    "stopping: %s does not lead back",
			    life_event_name(event));
		if (has(LIFE_LEAVING, event))
			ok(life_rule(LIFE_LEAVING, event)->next > LIFE_LEAVING,
			    "leaving: %s does not lead back",
			    life_event_name(event));
	}
}

/* What begins only where nothing else is under way. */
static void
test_one_at_a_time(void)
{
	enum life_state state;

	for (state = 0; state < LIFE_STATES; state++) {
		ok(has(state, ON_RELOAD) == (state == LIFE_SERVING),
		    "%s: reload", life_state_name(state));
		ok(has(state, ON_UPGRADE) == (state == LIFE_SERVING),
		    "%s: upgrade", life_state_name(state));
		ok(has(state, ON_GOOD) == has(state, ON_BAD),
		    "%s: a helper's verdicts", life_state_name(state));
	}
}

static void
test_names(void)
{
	int i, k;

	for (i = 0; i < LIFE_STATES; i++)
		for (k = 0; k < i; k++)
			if (strcmp(life_state_name((enum life_state)i),
				life_state_name((enum life_state)k)) == 0)
				ok(false, "state %d is named as %d", i, k);
	for (i = 0; i < LIFE_EVENTS; i++)
		for (k = 0; k < i; k++)
			if (strcmp(life_event_name((enum life_event)i),
				life_event_name((enum life_event)k)) == 0)
				ok(false, "event %d is named as %d", i, k);
	ok(strcmp(life_state_name(LIFE_STATES), "unknown") == 0 &&
		strcmp(life_event_name(LIFE_EVENTS), "unknown") == 0,
	    "no others");
}

int
main(void)
{
	test_stop();
	test_no_return();
	test_one_at_a_time();
	test_names();
	return tap_done();
}
