/*
 * Asks the limits of a service in their order.
 * Runs in: master; worker.
 */
#include "config.h"

#include <stdlib.h>

#include "admission/admission.h"
#include "admission/rules.h"

struct admission {
	struct rules *rules; /* or NULL */
};

int
admission_new(const struct admission_settings *settings, struct admission **out)
{
	struct admission *admission;

	*out = NULL;
	if (settings->rule_count == 0)
		return 0;
	admission = calloc(1, sizeof(*admission));
	if (admission == NULL)
		return -1;
	admission->rules = rules_new(settings->rules, settings->rule_count);
	if (admission->rules == NULL) {
		admission_free(admission);
		return -1;
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
admission_ask(const struct admission *admission,
    const struct slot_client *client)
{
	if (!rules_allow(admission->rules, client))
		return REFUSED_RULE;
	return REFUSALS;
}
