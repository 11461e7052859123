/*
 * A shared object that is no handler: it exports something else.
 * Runs in: probe, worker.
 */
#include "config.h"

#include <prefork/module.h>

PREFORK_EXPORT void handle_client(int sock);

void
handle_client(int sock)
{
	(void)sock;
}
