/*
 * A descriptor without a name: must be refused.
 * Runs in: probe, worker.
 */
#include "config.h"

#include <prefork/module.h>

static int
handle(struct prefork_conn *conn)
{
	(void)conn;
	return 0;
}

PREFORK_MODULE = {
	PREFORK_MODULE_HEAD,
	.version = "1.0",
	.handle = handle,
};
