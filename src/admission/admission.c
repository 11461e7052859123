/*
 * Asks the limits of a service in their order.
 * Runs in: master; worker.
 */
#include "config.h"

#include <stdlib.h>

#include "admission/admission.h"
#include "admission/patience.h"
#include "admission/rate.h"
#include "admission/rules.h"

struct admission {
	const struct admission_settings *settings;
	uint64_t service;
	struct rules *rules; /* or NULL */
	struct rate rate;    /* if there is one */
};

/* Bits of an address where per_source does not say how many. */
#define SOURCE_BITS    32
#define SOURCE_BITS_V6 64

int
admission_new(const struct admission_settings *settings, const char *service,
    struct admission **out)
{
	struct admission *admission;

	*out = NULL;
	if (settings->rule_count == 0 && settings->max_connections == 0 &&
	    settings->per_source == 0 && settings->rate == 0)
		return 0;
	if (settings->rate > 0 && rate_open() == -1)
		return -1;
	admission = calloc(1, sizeof(*admission));
	if (admission == NULL)
		return -1;
	admission->settings = settings;
	admission->service = scoreboard_service_id(service);
	if (settings->rule_count > 0) {
		admission->rules =
		    rules_new(settings->rules, settings->rule_count);
		if (admission->rules == NULL) {
			admission_free(admission);
			return -1;
		}
	}
	if (settings->rate > 0)
		admission->rate = rate_of(settings->rate, settings->burst);
	*out = admission;
	return 0;
}

void
admission_free(struct admission *admission)
{
	if (admission == NULL)
		return;
	rules_free(admission->rules);
	free(admission);
}

enum refusal
admission_rules(const struct admission *admission,
    const struct slot_client *client)
{
	return admission->rules != NULL &&
		!rules_allow(admission->rules, client) ?
	    REFUSED_RULE :
	    REFUSALS;
}

static uint64_t
source_of(const struct admission_settings *settings,
    const struct slot_client *client)
{
	if (settings->source_bits == 0)
		return claim_source(client, SOURCE_BITS, SOURCE_BITS_V6);
	return claim_source(client, settings->source_bits,
	    settings->source_bits_v6);
}

static bool
is_too_fast(const struct admission *admission, uint64_t source)
{
	const struct rate *rate = &admission->rate;

	return admission->settings->rate > 0 && source != 0 &&
	    !rate_take(rate_cell(admission->service, source, rate), rate,
		rate_now_ns());
}

enum refusal
admission_limits(const struct admission *admission,
    const struct slot_client *client, const struct scoreboard *board,
    unsigned own)
{
	const struct admission_settings *settings = admission->settings;
	const struct claim claim = {
		.service = admission->service,
		.source = source_of(settings, client),
		.max_connections = settings->max_connections,
		.per_source = settings->per_source,
	};
	bool claims = claim.max_connections > 0 || claim.per_source > 0;
	enum refusal why = REFUSALS;

	if (claims)
		why = patience_take(board, own, &claim);
	/* Who was refused a place has used up nothing. */
	if (why == REFUSALS && is_too_fast(admission, claim.source)) {
		why = REFUSED_RATE;
		if (claims)
			claim_give_up(board, own);
	}
	return why;
}
