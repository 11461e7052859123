/*
 * TAP, and what is printed when a promise was broken.
 * Runs in: nemesis.
 */
#include "config.h"

#include <stdarg.h>
#include <stdio.h>

#include "nemesis.h"

#define AROUND_MS    800
#define BROKEN_MOST  5
#define CONTEXT_MOST 2
#define OUR_MOST     400

static unsigned count, failures;

static bool __attribute__((format(printf, 2, 0)))
result(bool good, const char *format, va_list ap)
{
	printf("%sok %u - ", good ? "" : "not ", ++count);
	(void)vprintf(format, ap);
	(void)putchar('\n');
	failures += !good;
	(void)fflush(stdout);
	return good;
}

bool
verdict(bool good, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	(void)result(good, format, ap);
	va_end(ap);
	return good;
}

void
verdict_skip(const char *what, const char *why)
{
	printf("ok %u - %s # SKIP %s\n", ++count, what, why);
}

void
verdict_note(const char *format, ...)
{
	va_list ap;

	(void)fputs("# ", stdout);
	va_start(ap, format);
	(void)vprintf(format, ap);
	va_end(ap);
	(void)putchar('\n');
}

/* Those who were there when it began, or when it broke. */
static void
print_context(const struct nemesis *n, const struct history *history)
{
	int64_t first_ms = history->ended_ms - AROUND_MS;

	if (history->begun_ms > first_ms)
		first_ms = history->begun_ms - AROUND_MS / 4;
	verdict_note("around connection %llu, *** are misfortunes:",
	    (unsigned long long)history->id);
	chronicle_print(&n->chronicle, first_ms, history->ended_ms + 100);
}

static void
print_all_broken(const struct nemesis *n)
{
	const struct history *history;
	unsigned shown = 0, contexts = 0;
	size_t i;

	for (i = 0; i < n->records.broken_count; i++) {
		history = &n->records.broken[i];
		if (history->excused || shown++ >= BROKEN_MOST)
			continue;
		history_print(history);
		records_print_beside(&n->records, history->pid,
		    history->ended_ms);
	}
	if (shown > BROKEN_MOST)
		verdict_note("and %u more", shown - BROKEN_MOST);
	for (i = 0; i < n->records.broken_count; i++) {
		history = &n->records.broken[i];
		if (!history->excused && contexts++ < CONTEXT_MOST)
			print_context(n, history);
	}
}

static void
print_counts(const struct nemesis *n)
{
	const char *name;
	unsigned i;
	unsigned long struck;

	for (i = OUTCOME_SERVED; i < OUTCOMES; i++)
		if (n->records.ends[i] > 0)
			verdict_note("%lu connections %s", n->records.ends[i],
			    outcome_name((enum outcome)i));
	for (i = 0; (name = misfortune_name(i, &struck)) != NULL; i++)
		verdict_note("%lu times: %s", struck, name);
	verdict_note("%zu harms; longest wait %lld ms; log: %lu lines, %lu "
		     "good and %lu bad reloads",
	    n->records.harm_count, (long long)n->records.longest_wait_ms,
	    n->chronicle.lines, n->chronicle.reloads_good,
	    n->chronicle.reloads_bad);
}

void
verdict_on_records(struct nemesis *n)
{
	size_t left = records_judge(&n->records);

	verdict(left == 0,
	    "each of %llu connections was served, but for %zu whose worker we "
	    "had harmed (%zu others were not)",
	    (unsigned long long)n->swarm.next_id,
	    n->records.broken_count - left, left);
	if (left > 0)
		print_all_broken(n);
	verdict(n->disorder[0] == '\0', "no zombie stays%s%s",
	    n->disorder[0] != '\0' ? ": " : "", n->disorder);
	if (n->server.detached)
		verdict_skip("the log has nothing that must not be there",
		    "a daemon logs elsewhere");
	else
		verdict(n->chronicle.forbidden[0] == '\0',
		    "the log has nothing that must not be there%s%s",
		    n->chronicle.forbidden[0] != '\0' ? ": " : "",
		    n->chronicle.forbidden);
	if (!n->small_disk)
		verdict_skip("the disk of the log may be full",
		    n->server.detached ? "a daemon logs elsewhere" :
					 "no file system of its own for it");
	if (n->maps_itself)
		verdict_skip("a module may be written over in place",
		    "workers run the file itself");
	if (!n->server.limited)
		verdict_skip("processes may be wanting",
		    "root's are not limited, and only root can become another");
	print_counts(n);
}

int
verdict_end(struct nemesis *n)
{
	printf("1..%u\n", count);
	if (failures == 0)
		return 0;
	verdict_note("%u promises broken; misfortunes of seed %llu:", failures,
	    (unsigned long long)n->seed);
	chronicle_print_ours(&n->chronicle, OUR_MOST);
	return 1;
}
