/*
 * Of the right ABI, but with a descriptor of another size: must be refused.
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
	.abi = PREFORK_ABI,
	.size = (uint32_t)sizeof(struct prefork_module) + 8,
	.name = "size",
	.handle = handle,
};
