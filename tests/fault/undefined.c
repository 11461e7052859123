/*
 * A handler that needs a function which nobody has: loading must fail, not
 * the first call.
 * Runs in: probe, worker.
 */
#include "config.h"

#include <prefork/module.h>

extern int nobody_has_this_function(int sock);
PREFORK_EXPORT void HandleClient(int sock);

void
HandleClient(int sock)
{
	nobody_has_this_function(sock);
}
