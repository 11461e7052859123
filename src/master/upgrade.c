/*
 * Upgrade in place.
 * Runs in: master.
 */
#include "config.h"

#include "base/log.h"
#include "master/state.h"

void
upgrade_wish(struct master *m)
{
	(void)m;
	log_event(PF_SIGNAL_IGNORED,
	    "USR2 ignored: this version cannot upgrade in place");
}

void
rehearsal_begin(struct master *m)
{
	(void)m;
}

void
upgrade_exec(struct master *m)
{
	(void)m;
}

void
upgrade_failed(struct master *m)
{
	(void)m;
}
