/*
 * Who gets to the handler of a service: its directives, ready to be asked.
 * Immutable, made with the generation.
 * Runs in: master; asked by workers.
 */
#ifndef PREFORK_ADMISSION_ADMISSION_H
#define PREFORK_ADMISSION_ADMISSION_H

#include "admission/refusal.h"
#include "config/admission.h"
#include "scoreboard/scoreboard.h"

struct admission;

/* *out is NULL where the settings let everybody in.  The service's name tells
 * whose connections count together, over all generations.  -1 with errno. */
int admission_new(const struct admission_settings *settings,
    const char *service, struct admission **out);
void admission_free(struct admission *admission);
/*
 * The two questions, in this order; REFUSALS: not refused.  Between them the
 * client may become another one, by its PROXY header.
 */
enum refusal admission_rules(const struct admission *admission,
    const struct slot_client *client);
/* By worker number `own` of the board, which has a place then until slot_end.
 */
enum refusal admission_limits(const struct admission *admission,
    const struct slot_client *client, const struct scoreboard *board,
    unsigned own);

#endif
