/*
 * Built for the next ABI: must be refused with both numbers.
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
	.abi = PREFORK_ABI + 1,
	.size = (uint32_t)sizeof(struct prefork_module),
	.name = "abi",
	.handle = handle,
};
