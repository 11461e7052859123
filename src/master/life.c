/*
 * The table of life.def and the step through it.
 * Runs in: master.
 */
#include "config.h"

#include "base/bug.h"
#include "master/life.h"
#include "master/manager.h"
#include "master/state.h"

#define LIFE(state, event, next, action) \
	[LIFE_##state][ON_##event] = { LIFE_##next, action },

static const struct life_rule rules[LIFE_STATES][LIFE_EVENTS] = {
#include "master/life.def"
};

#undef LIFE

const struct life_rule *
life_rule(enum life_state state, enum life_event event)
{
	BUG_ON(state >= LIFE_STATES || event >= LIFE_EVENTS);
	return &rules[state][event];
}

bool
life_step(struct master *m, enum life_event event)
{
	const struct life_rule *rule = life_rule(m->life, event);

	if (rule->action == NULL)
		return false;
	m->life = rule->next;
	manager_before(m);
	rule->action(m);
	manager_after(m);
	return true;
}

const char *
life_state_name(enum life_state state)
{
	static const char *const names[LIFE_STATES] = { "starting", "serving",
		"checking", "reloading", "rehearsing", "leaving", "stopping",
		"over" };

	return (unsigned)state < LIFE_STATES ? names[state] : "unknown";
}

const char *
life_event_name(enum life_event event)
{
	static const char *const names[LIFE_EVENTS] = { "up", "trouble",
		"reload", "upgrade", "drain", "stop", "fast stop", "good",
		"bad", "all ready", "delay over", "late", "gone" };

	return (unsigned)event < LIFE_EVENTS ? names[event] : "unknown";
}
