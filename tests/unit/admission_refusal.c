/*
 * Refused connections are counted by reason, and told once a second at most.
 */
#include "config.h"

#include <sys/socket.h>

#include <unistd.h>

#include "admission/refusal.h"
#include "base/fd.h"
#include "base/log.h"
#include "scoreboard/census.h"
#include "tap.h"

static struct scoreboard_slot slot;
static struct refusal_log log_state;
static struct slot_client client = { .family = AF_INET,
	.address = { 192, 0, 2, 1 } };

static void
test_names(void)
{
	unsigned i, k;

	for (i = 0; i < REFUSALS; i++)
		for (k = 0; k < i; k++)
			ok(strcmp(refusal_name(i), refusal_name(k)) != 0,
			    "%s is not %s", refusal_name(i), refusal_name(k));
	is_text(refusal_name(REFUSALS), "none", "the name of none");
}

static void
test_counts(void)
{
	uint64_t counts[REFUSALS] = { 0 };
	char text[REFUSAL_COUNTS_BYTES];

	refusal_counts(counts, text, sizeof(text));
	is_text(text, "", "nothing refused");
	counts[REFUSED_RULE] = 3;
	counts[REFUSED_RATE] = UINT64_MAX - 3;
	refusal_counts(counts, text, sizeof(text));
	is_text(text, "rule 3, rate 18446744073709551612", "two reasons");
	ok(refusal_total(counts) == UINT64_MAX, "their sum");
}

/* What it says to standard error at `now_ms`. */
static const char *
said_at(int64_t now_ms, enum refusal why)
{
	static char text[LOG_LINE_BYTES];
	int ends[2], kept = dup(STDERR_FILENO);
	ssize_t got;

	if (kept == -1 || fd_pipe(ends, true) == -1)
		return "no pipe";
	(void)dup2(ends[1], STDERR_FILENO);
	refusal_note(&slot, &log_state, why, &client, now_ms);
	(void)dup2(kept, STDERR_FILENO);
	got = read(ends[0], text, sizeof(text) - 1);
	text[got > 0 ? got : 0] = '\0';
	fd_close(&ends[0]);
	fd_close(&ends[1]);
	fd_close(&kept);
	return text;
}

static void
test_note(void)
{
	struct census census;
	int i;

	ok(strstr(said_at(5000, REFUSED_RULE),
	       "refused 192.0.2.1:0: the rules"),
	    "the first is told");
	for (i = 0; i < 41; i++)
		is_text(said_at(5999, REFUSED_RULE), "", "not %d", i);
	ok(strstr(said_at(5999, REFUSED_RATE), "faster than rate"),
	    "another reason is told");
	ok(strstr(said_at(6000, REFUSED_RULE), "(and 41 more since"),
	    "and after a second, with how many were not");
	ok(strstr(said_at(7000, REFUSED_RULE), "more since") == NULL,
	    "which are forgotten then");
	census_read(&slot, &census);
	is_int(census.refused[REFUSED_RULE], 44, "all are counted");
	is_int(census.refused[REFUSED_RATE], 1, "by reason");
	is_int(census.accepted, 0, "and are not accepted");
}

int
main(void)
{
	log_set_level(LEVEL_INFO);
	test_names();
	test_counts();
	test_note();
	return tap_done();
}
