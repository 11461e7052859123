/*
 * Asks the limits of a service in their order.
 * Runs in: master; worker.
 */
#include "config.h"

#include <stdlib.h>

#include "admission/admission.h"
#include "admission/claim.h"
#include "admission/rules.h"

struct admission {
	const struct admission_settings *settings;
	uint64_t service;
	struct rules *rules; /* or NULL */
};

int
admission_new(const struct admission_settings *settings, const char *service,
    struct admission **out)
{
	struct admission *admission;

	*out = NULL;
	if (settings->rule_count == 0 && settings->max_connections == 0 &&
	    settings->per_source == 0)
		return 0;
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

enum refusal
admission_limits(const struct admission *admission,
    const struct slot_client *client, const struct scoreboard *board,
    unsigned own)
{
	const struct admission_settings *settings = admission->settings;
	const struct claim claim = {
		.service = admission->service,
		.source = settings->per_source > 0 ?
		    claim_source(client, settings->source_bits,
			settings->source_bits_v6) :
		    0,
		.max_connections = settings->max_connections,
		.per_source = settings->per_source,
	};

	if (settings->max_connections == 0 && settings->per_source == 0)
		return REFUSALS;
	return claim_take(board, own, &claim);
}
