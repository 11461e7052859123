/*
 * -T: what would be served, as a configuration file.
 * Runs in: the process that was typed.
 */
#include "config.h"

#include <errno.h>
#include <string.h>

#include "api/programs.h"
#include "config/print.h"

int
program_print(const struct options *options)
{
	struct error e;

	if (settings_print(options->settings, SETTINGS_FOR_PEOPLE, stdout) == 0)
		return 0;
	(void)error_set(&e, PF_SYSCALL, "cannot write: %s", strerror(errno));
	return program_fail(options->program, &e);
}
