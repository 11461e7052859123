/*
 * The rules of allow and deny, compiled: each family is cut into ranges of
 * addresses for which the first rule that matches is known, so that asking is
 * one binary search.  Immutable.
 * Runs in: master; asked by workers.
 */
#ifndef PREFORK_ADMISSION_RULES_H
#define PREFORK_ADMISSION_RULES_H

#include "config/admission.h"
#include "scoreboard/layout.h"

struct rules;

/* In the order in which they count.  NULL with errno. */
struct rules *rules_new(const struct admission_rule *list, size_t count);
void rules_free(struct rules *rules);
/*
 * The first rule that matches decides; where none does, only rules without any
 * allow let in.  A v4-mapped address is IPv4, and matches no rule of IPv6.
 */
bool rules_allow(const struct rules *rules, const struct slot_client *client);

#endif
