/*
 * The table of all misfortunes, which of them strikes when, and the remedies
 * that are due.  What happens depends on the seed and the number of the
 * misfortune alone, not on the time; whom it hits depends on who is there.
 * Runs in: nemesis.
 */
#include "config.h"

#include <string.h>

#include "nemesis.h"

#define STREAM_CHOICE 2
#define STREAM_STRIKE 3

static bool
has_small_disk(const struct nemesis *n)
{
	return n->small_disk;
}

static bool
is_limited(const struct nemesis *n)
{
	return n->server.limited;
}

/* A sanitizer needs more than it has. */
static bool
can_lack_memory(const struct nemesis *n)
{
	return !n->server.sanitized;
}

/* Who runs the file itself is hurt when it is written over. */
static bool
has_copy(const struct nemesis *n)
{
	return !n->maps_itself;
}

static bool
has_log(const struct nemesis *n)
{
	return !n->server.detached;
}

static struct misfortune misfortunes[] = {
	{ "kill", 12, strike_kill, NULL, 0 },
	{ "kill all", 3, strike_kill_all, NULL, 0 },
	{ "term", 6, strike_term, NULL, 0 },
	{ "stop", 7, strike_stop, NULL, 0 },
	{ "stray signals", 4, strike_stray, NULL, 0 },
	{ "worker's files", 4, strike_worker_files, NULL, 0 },
	{ "reload storm", 5, strike_storm, NULL, 0 },
	{ "barrage", 3, strike_barrage, NULL, 0 },
	{ "size", 6, strike_size, NULL, 0 },
	{ "reopen", 3, strike_reopen, NULL, 0 },
	{ "drain", 3, strike_drain, NULL, 0 },
	{ "stop master", 3, strike_stop_master, NULL, 0 },
	{ "master's files", 4, strike_master_files, NULL, 0 },
	{ "master's processes", 4, strike_master_processes, is_limited, 0 },
	{ "master's memory", 3, strike_master_memory, can_lack_memory, 0 },
	{ "master's writes", 3, strike_master_writes, has_log, 0 },
	{ "good module", 12, strike_good_module, NULL, 0 },
	{ "bad module", 6, strike_bad_module, NULL, 0 },
	{ "good in place", 3, strike_good_in_place, has_copy, 0 },
	{ "bad in place", 3, strike_bad_in_place, has_copy, 0 },
	{ "mood", 9, strike_mood, NULL, 0 },
	{ "upgrade", 5, strike_upgrade, NULL, 0 },
	{ "bad upgrade", 5, strike_bad_upgrade, NULL, 0 },
	{ "swapped upgrade", 4, strike_swap, NULL, 0 },
	{ "log disk full", 3, strike_disk, has_small_disk, 0 },
	{ "tide", 8, strike_tide, NULL, 0 },
};

#define MISFORTUNES (sizeof(misfortunes) / sizeof(misfortunes[0]))

const char *
misfortune_name(unsigned number, unsigned long *struck)
{
	if (number >= MISFORTUNES)
		return NULL;
	*struck = misfortunes[number].struck;
	return misfortunes[number].name;
}

/* By weight among all, so that what is not possible here does not change what
 * follows. */
static struct misfortune *
choose(struct dice *dice)
{
	unsigned i, sum = 0, at;

	for (i = 0; i < MISFORTUNES; i++)
		sum += misfortunes[i].weight;
	at = dice_below(dice, sum);
	for (i = 0; at >= misfortunes[i].weight; i++)
		at -= misfortunes[i].weight;
	return &misfortunes[i];
}

/* Many come close together. */
static unsigned
gap_ms(struct dice *dice)
{
	return dice_once_in(dice, 2) ? dice_between(dice, 0, 25) :
				       dice_between(dice, 25, 400);
}

static void
strike(struct nemesis *n, int64_t ms)
{
	struct dice choice = dice_for(n->seed, STREAM_CHOICE, n->strikes);
	struct dice dice = dice_for(n->seed, STREAM_STRIKE, n->strikes);
	struct misfortune *misfortune = choose(&choice);

	n->strikes++;
	n->strike_ms = ms + gap_ms(&choice);
	if (misfortune->possible != NULL && !misfortune->possible(n))
		return;
	misfortune->struck++;
	misfortune->strike(n, &dice);
}

void
misfortune_later(struct nemesis *n, unsigned delay_ms,
    void (*cure)(struct nemesis *, long), long argument)
{
	struct remedy *remedy;

	if (n->remedy_count == REMEDIES) {
		cure(n, argument);
		return;
	}
	remedy = &n->remedies[n->remedy_count++];
	remedy->due_ms = now_ms() + delay_ms;
	remedy->cure = cure;
	remedy->argument = argument;
}

static struct remedy
take_remedy(struct nemesis *n, unsigned index)
{
	struct remedy remedy = n->remedies[index];

	n->remedy_count--;
	memmove(&n->remedies[index], &n->remedies[index + 1],
	    (n->remedy_count - index) * sizeof(remedy));
	return remedy;
}

static void
cure_what_is_due(struct nemesis *n, int64_t ms)
{
	struct remedy remedy;
	unsigned i = 0;

	while (i < n->remedy_count) {
		if (n->remedies[i].due_ms > ms) {
			i++;
			continue;
		}
		remedy = take_remedy(n, i);
		remedy.cure(n, remedy.argument);
	}
}

void
misfortune_tick(struct nemesis *n, int64_t ms)
{
	cure_what_is_due(n, ms);
	if (n->is_raging && ms >= n->strike_ms)
		strike(n, ms);
}

int64_t
misfortune_deadline(const struct nemesis *n)
{
	int64_t next = n->is_raging ? n->strike_ms : INT64_MAX;
	unsigned i;

	for (i = 0; i < n->remedy_count; i++)
		if (n->remedies[i].due_ms < next)
			next = n->remedies[i].due_ms;
	return next;
}

void
misfortune_end(struct nemesis *n)
{
	n->is_raging = false;
	chronicle_tell(&n->chronicle, now_ms(), "all is well again");
	cure_what_is_due(n, INT64_MAX);
	trouble_restore_limits(n);
	trouble_set_mood(n, "ok");
	trouble_install_module(n);
	trouble_install_program(n);
	trouble_free_disk(n);
	trouble_kill_hung(n);
	trouble_continue_all(n);
}
