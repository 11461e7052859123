/*
 * The table of the daemon's life: the program has it as life.def says it, and
 * nobody gets lost in it.  Prints the program's rules, which tests/model holds
 * against those of its model.
 */
#include "config.h"

#include "master/life.h"
#include "tap.h"

#define LIFE(state, event, next, action) void action(struct master *m);
#include "master/life.def"
#undef LIFE

static const struct line {
	enum life_state state;
	enum life_event event;
	struct life_rule rule;
} lines[] = {
#define LIFE(state, event, next, action) \
	{ LIFE_##state, ON_##event, { LIFE_##next, action } },
#include "master/life.def"
#undef LIFE
};

#define LINES (sizeof(lines) / sizeof(lines[0]))

static bool
is_rule(enum life_state state, enum life_event event)
{
	return life_rule(state, event)->action != NULL;
}

static void
test_lines(void)
{
	const struct life_rule *rule;
	size_t i, same = 0, rules = 0;
	unsigned state, event;

	for (i = 0; i < LINES; i++) {
		rule = life_rule(lines[i].state, lines[i].event);
		same += rule->next == lines[i].rule.next &&
		    rule->action == lines[i].rule.action;
	}
	for (state = 0; state < LIFE_STATES; state++)
		for (event = 0; event < LIFE_EVENTS; event++)
			rules += is_rule(state, event);
	is_int(same, LINES, "each line of life.def is a rule");
	is_int(rules, LINES, "there are no others, and none twice");
}

static void
test_events(void)
{
	bool used[LIFE_EVENTS] = { false };
	size_t i;

	for (i = 0; i < LINES; i++)
		used[lines[i].event] = true;
	for (i = 0; i < LIFE_EVENTS; i++)
		ok(used[i], "%s leads somewhere", life_event_name(i));
}

/* Marks what can be reached from `state`. */
static void
walk(enum life_state state, bool *seen)
{
	size_t i;

	seen[state] = true;
	for (i = 0; i < LINES; i++)
		if (lines[i].state == state && !seen[lines[i].rule.next])
			walk(lines[i].rule.next, seen);
}

static void
test_ways(void)
{
	unsigned state;

	for (state = 0; state < LIFE_STATES; state++) {
		bool from_start[LIFE_STATES] = { false };
		bool from_here[LIFE_STATES] = { false };

		walk(LIFE_STARTING, from_start);
		walk(state, from_here);
		ok(from_start[state], "there is a way to %s",
		    life_state_name(state));
		ok(from_here[LIFE_OVER], "and from it to the end");
	}
}

static void
print_rules(void)
{
	unsigned state, event;

	for (state = 0; state < LIFE_STATES; state++)
		for (event = 0; event < LIFE_EVENTS; event++)
			if (is_rule(state, event))
				printf("# rule: %s/%s/%s\n",
				    life_state_name(state),
				    life_event_name(event),
				    life_state_name(life_rule(state, event)
							->next));
}

int
main(void)
{
	test_lines();
	test_events();
	test_ways();
	print_rules();
	return tap_done();
}
