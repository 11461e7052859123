/*
 * Reading the file of a reload, and the names in it.
 * Runs in: master; look_up_run in its helper.
 */
#include "config.h"

#include <errno.h>
#include <string.h>
#include <sysexits.h>

#include "base/names.h"
#include "master/look_up.h"
#include "master/state.h"
#include "wire/report.h"

static int
look_up_run(struct master *m, int report_fd)
{
	struct settings *settings;
	struct error e;

	names_note();
	settings = settings_again(m->settings, &e);
	if (settings == NULL) {
		(void)report_error(report_fd, &e);
		return error_exit_code(&e);
	}
	settings_unref(settings);
	return report_ready(report_fd) == -1 ? EX_OSERR : EX_OK;
}

struct settings *
look_up_settings(struct master *m)
{
	struct settings *settings;

	if (names_begin() == -1) {
		(void)error_set(&m->trouble, PF_SYSCALL,
		    "no memory for names of hosts: %s", strerror(errno));
		return NULL;
	}
	settings = settings_again(m->settings, &m->trouble);
	if (settings == NULL && names_are_missing()) {
		m->looking_up = helper_start(m, look_up_run,
				    m->settings->start_timeout_ms) == 0;
		if (m->looking_up)
			return NULL;
		(void)error_set(&m->trouble, PF_FORK_FAILED,
		    "cannot start a process that looks up names: %s",
		    strerror(errno));
	}
	names_end();
	return settings;
}

void
look_up_done(struct master *m, bool good)
{
	struct settings *settings = NULL;

	m->looking_up = false;
	if (good)
		settings = settings_again(m->settings, &m->trouble);
	names_end();
	check_settings(m, settings);
}
