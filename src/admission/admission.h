/*
 * Who gets to the handler of a service: its directives, ready to be asked.
 * Immutable, made with the generation.
 * Runs in: master; asked by workers.
 */
#ifndef PREFORK_ADMISSION_ADMISSION_H
#define PREFORK_ADMISSION_ADMISSION_H

#include "admission/refusal.h"
#include "config/admission.h"

struct admission;

/* *out is NULL where the settings let everybody in.  -1 with errno. */
int admission_new(const struct admission_settings *settings,
    struct admission **out);
void admission_free(struct admission *admission);
/* REFUSALS: it is let in. */
enum refusal admission_ask(const struct admission *admission,
    const struct slot_client *client);

#endif
