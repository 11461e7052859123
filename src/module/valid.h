/*
 * Is a descriptor one that this build of prefork understands?
 * Runs in: worker, probe.
 */
#ifndef PREFORK_MODULE_VALID_H
#define PREFORK_MODULE_VALID_H

#include <prefork/module.h>

#include "base/error.h"

/* `path` names the module in the error.  -1 with MODULE_ABI or
 * MODULE_INVALID. */
int module_valid(const struct prefork_module *d, const char *path,
    struct error *e);

#endif
