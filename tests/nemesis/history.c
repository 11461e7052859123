/*
 * The records, and the judgement on them.
 * Runs in: nemesis.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "history.h"

#define RECENT 4096

static const char *const outcome_names[OUTCOMES] = { "open", "served", "left",
	"doomed", "denied", "again", "ended", "reset", "refused", "garbled",
	"late", "failed" };
static const char *const step_names[] = { "sent", "got", "shut" };

const char *
outcome_name(enum outcome outcome)
{
	return (unsigned)outcome < OUTCOMES ? outcome_names[outcome] :
					      "unknown";
}

bool
outcome_is_broken(enum outcome outcome)
{
	return outcome >= OUTCOME_ENDED;
}

void
history_step(struct history *history, int64_t now_ms, enum step_kind kind,
    uint64_t bytes)
{
	struct step *step =
	    &history->steps[history->step_count++ % HISTORY_STEPS];

	step->at_ms = now_ms;
	step->kind = kind;
	step->bytes = bytes;
}

/* A nemesis without memory has nothing to say. */
static void *
grow(void *array, size_t count, size_t *room, size_t bytes)
{
	if (count < *room)
		return array;
	*room = *room * 2 + 64;
	array = realloc(array, *room * bytes);
	if (array == NULL) {
		puts("Bail out! no memory");
		exit(71);
	}
	return array;
}

void
records_init(struct records *records)
{
	size_t none = 0;

	memset(records, 0, sizeof(*records));
	records->recent = grow(NULL, 0, &none, RECENT * sizeof(struct history));
}

void
records_free(struct records *records)
{
	free(records->broken);
	free(records->harms);
	free(records->recent);
}

static void
keep(struct records *records, const struct history *history)
{
	records->broken = grow(records->broken, records->broken_count,
	    &records->broken_room, sizeof(*records->broken));
	records->broken[records->broken_count++] = *history;
}

void
records_add(struct records *records, const struct history *history)
{
	int64_t wait_ms = history->greeted_ms - history->connected_ms;

	records->ends[history->outcome]++;
	if (outcome_is_broken(history->outcome))
		keep(records, history);
	else
		records->recent[records->recent_count++ % RECENT] = *history;
	if (history->greeted_ms != HISTORY_NEVER &&
	    wait_ms > records->longest_wait_ms)
		records->longest_wait_ms = wait_ms;
}

void
records_harm(struct records *records, const struct harm *harm)
{
	records->harms = grow(records->harms, records->harm_count,
	    &records->harm_room, sizeof(*records->harms));
	records->harms[records->harm_count++] = *harm;
}

/* Only who lost its worker; other bytes than expected nobody excuses. */
static bool
may_be_excused(const struct history *history)
{
	return !history->excused &&
	    (history->outcome == OUTCOME_ENDED ||
		history->outcome == OUTCOME_RESET) &&
	    history->connected_ms != HISTORY_NEVER;
}

static bool
excuses(const struct harm *harm, const struct history *history)
{
	if (harm->used || harm->at_ms > history->ended_ms)
		return false;
	if (history->pid != 0)
		return harm->pid == history->pid;
	return harm->until_ms >= history->ended_ms;
}

/* The latest, or NULL. */
static struct harm *
find_excuse(const struct records *records, const struct history *history)
{
	size_t i = records->harm_count;

	while (i-- > 0)
		if (excuses(&records->harms[i], history))
			return &records->harms[i];
	return NULL;
}

bool
records_may_excuse(const struct records *records, const struct history *history)
{
	return may_be_excused(history) && find_excuse(records, history) != NULL;
}

static void
excuse(struct records *records, struct history *history)
{
	const struct harm *harm = find_excuse(records, history);
	pid_t pid;
	size_t i;

	if (harm == NULL)
		return;
	history->excused = true;
	pid = harm->pid;
	/* A worker that is killed twice dies once. */
	for (i = 0; i < records->harm_count; i++)
		if (records->harms[i].pid == pid)
			records->harms[i].used = true;
}

size_t
records_judge(struct records *records)
{
	size_t i, left = 0;
	struct history *history;

	for (i = 0; i < records->broken_count; i++) {
		history = &records->broken[i];
		if (may_be_excused(history) && history->pid != 0)
			excuse(records, history);
	}
	for (i = 0; i < records->broken_count; i++) {
		history = &records->broken[i];
		if (may_be_excused(history) && history->pid == 0)
			excuse(records, history);
		left += !history->excused;
	}
	return left;
}

static void
print_steps(const struct history *history)
{
	const struct step *step;
	unsigned i = 0;

	if (history->step_count > HISTORY_STEPS) {
		i = history->step_count - HISTORY_STEPS;
		printf("#   (%u steps before)\n", i);
	}
	for (; i < history->step_count; i++) {
		step = &history->steps[i % HISTORY_STEPS];
		printf("#   %8lld %s %llu\n", (long long)step->at_ms,
		    step_names[step->kind], (unsigned long long)step->bytes);
	}
}

void
history_print(const struct history *history)
{
	printf("# connection %llu, %s, to %s, worker %ld version %lu: %s%s%s\n",
	    (unsigned long long)history->id, history->kind, history->address,
	    (long)history->pid, history->version,
	    outcome_name(history->outcome), history->error != 0 ? ", " : "",
	    history->error != 0 ? strerror(history->error) : "");
	printf("#   begun %lld connected %lld greeted %lld ended %lld; "
	       "planned %llu sent %llu got %llu\n",
	    (long long)history->begun_ms, (long long)history->connected_ms,
	    (long long)history->greeted_ms, (long long)history->ended_ms,
	    (unsigned long long)history->planned,
	    (unsigned long long)history->sent,
	    (unsigned long long)history->got);
	print_steps(history);
}

void
records_print_beside(const struct records *records, pid_t pid, int64_t at_ms)
{
	const struct history *history;
	size_t i, end = records->recent_count;

	for (i = end > RECENT ? end - RECENT : 0; i < end; i++) {
		history = &records->recent[i % RECENT];
		if (pid != 0 && history->pid == pid &&
		    history->ended_ms >= at_ms - 1000 &&
		    history->begun_ms <= at_ms + 1000)
			printf("#   beside it: connection %llu, %s, %lld to "
			       "%lld: %s\n",
			    (unsigned long long)history->id, history->kind,
			    (long long)history->begun_ms,
			    (long long)history->ended_ms,
			    outcome_name(history->outcome));
	}
}
