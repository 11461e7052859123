/*
 * Durations and bytes of ended connections, told in each of the ways.
 * Runs in: master.
 */
#ifndef PREFORK_MASTER_STEER_LATENCY_H
#define PREFORK_MASTER_STEER_LATENCY_H

#include "base/json.h"
#include "control/control.h"
#include "generation/generation.h"
#include "scoreboard/tally.h"

/* Members of a service. */
void latency_json(struct json *json, const struct tally *tally);
/* Families of metrics; a tally for each service of `g`. */
void latency_metrics(struct control_client *client, const struct generation *g,
    const struct tally *all);
/* A line for people, where something was served. */
void latency_text(struct control_client *client, const struct tally *tally);
/* Lines for preforkctl's top: "served NAME", then pairs, a bucket of
 * base/histogram.h and its count, in as many lines as it takes. */
void latency_figures(struct control_client *client, const char *service,
    const struct tally *tally);

#endif
