/*
 * Counting and telling refused connections.  Not deciding.
 * Runs in: worker; master.
 */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "admission/refusal.h"
#include "base/log.h"
#include "scoreboard/client_text.h"

static const struct {
	const char *name, *sentence;
} reasons[REFUSALS] = {
	[REFUSED_RULE] = { "rule", "the rules of allow and deny" },
	[REFUSED_PROXY] = { "proxy", "it has no right PROXY header" },
	[REFUSED_FULL] = { "full", "max_connections are served" },
	[REFUSED_SOURCE] = { "source", "its source has per_source already" },
	[REFUSED_RATE] = { "rate", "its source comes faster than rate" },
	[REFUSED_UNSAFE] = { "unsafe", "an answer might not end" },
};

const char *
refusal_name(unsigned why)
{
	return why < REFUSALS ? reasons[why].name : "none";
}

uint64_t
refusal_total(const uint64_t counts[REFUSALS])
{
	uint64_t total = 0;
	unsigned i;

	for (i = 0; i < REFUSALS; i++)
		total += counts[i];
	return total;
}

void
refusal_counts(const uint64_t counts[REFUSALS], char *text, size_t bytes)
{
	size_t used = 0;
	unsigned i;
	int more;

	text[0] = '\0';
	for (i = 0; i < REFUSALS; i++) {
		if (counts[i] == 0)
			continue;
		more = snprintf(text + used, bytes - used, "%s%s %" PRIu64,
		    used > 0 ? ", " : "", reasons[i].name, counts[i]);
		if (more < 0 || (size_t)more >= bytes - used)
			return;
		used += (size_t)more;
	}
}

static void
say(const struct slot_client *client, const char *sentence, uint64_t unsaid)
{
	struct safe_text text;
	char more[64] = "";

	safe_begin(&text);
	client_put(&text, client);
	if (unsaid > 0)
		(void)snprintf(more, sizeof(more),
		    " (and %" PRIu64 " more since the last line)", unsaid);
	log_event(PF_REFUSED, "refused %s: %s%s", text.bytes, sentence, more);
}

void
refusal_tell(struct refusal_log *log, enum refusal why,
    const struct slot_client *client, const char *sentence, int64_t now_ms)
{
	if (now_ms < log->next_ms[why]) {
		log->unsaid[why]++;
		return;
	}
	say(client, sentence, log->unsaid[why]);
	log->unsaid[why] = 0;
	log->next_ms[why] = now_ms + REFUSAL_LOG_MS;
}

void
refusal_note(struct scoreboard_slot *slot, struct refusal_log *log,
    enum refusal why, const struct slot_client *client, int64_t now_ms)
{
	slot_count_refusal(slot, why);
	refusal_tell(log, why, client, reasons[why].sentence, now_ms);
}
