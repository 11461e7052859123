/*
 * Loads a shared object and finds the handler in it.  Runs a stranger's
 * constructors, which may crash, hang or exit: so never in the master.
 * Runs in: worker, probe, -L/-H child.
 */
#include "config.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "module/module.h"
#include "module/strings.h"
#include "module/valid.h"

#define REASON_BYTES 256

static const struct module nothing;

/* The linker's words after the path, which we tell ourselves. */
static const char *
linker_reason(const char *path)
{
	const char *text = dlerror();
	const char *at;
	size_t bytes = strlen(path);

	if (text == NULL)
		return "no reason is given";
	at = strstr(text, path);
	if (at != NULL && at[bytes] == ':' && at[bytes + 1] == ' ')
		return at + bytes + 2;
	return text;
}

/* POSIX wants dlsym's object pointers to hold functions, ISO C has no cast
 * for it. */
static void
find_entry(struct module *m)
{
	void *symbol;

	m->descriptor = dlsym(m->object, "prefork_module");
	if (m->descriptor != NULL)
		return;
	symbol = dlsym(m->object, "HandleClient");
	memcpy(&m->handle_client, &symbol, sizeof(symbol));
}

static int
check_entry(const struct module *m, const char *path, struct error *e)
{
	if (m->descriptor != NULL)
		return module_valid(m->descriptor, path, e);
	if (m->handle_client != NULL)
		return 0;
	return error_set(e, PF_MODULE_ENTRY,
	    "%s exports neither prefork_module nor HandleClient", path);
}

/* The file itself where there is no copy, or it cannot be loaded: a module
 * that looks for others beside it, a folder that no code is run from. */
int
module_load_snapshot(struct module_snapshot *snapshot, const char *path,
    struct module *m, struct error *e)
{
	*m = nothing;
	m->object = module_snapshot_dlopen(snapshot);
	m->is_copy = m->object != NULL;
	if (m->object == NULL)
		m->object = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	m->has_changed = !m->is_copy && snapshot->fd >= 0 &&
	    !module_snapshot_is_of(snapshot, path);
	module_snapshot_close(snapshot);
	if (m->object == NULL)
		return error_set(e, PF_MODULE_OPEN, "cannot load %s: %s", path,
		    linker_reason(path));
	find_entry(m);
	if (check_entry(m, path, e) == -1) {
		module_fini(m);
		return -1;
	}
	return 0;
}

int
module_load(const char *path, struct module *m, struct error *e)
{
	struct module_snapshot none = MODULE_SNAPSHOT_NONE;

	return module_load_snapshot(&none, path, m, e);
}

int
module_builtin(const struct prefork_module *descriptor, struct module *m,
    struct error *e)
{
	*m = nothing;
	if (module_valid(descriptor, "the built-in handler", e) == -1)
		return -1;
	m->descriptor = descriptor;
	return 0;
}

int
module_check(const struct module *m, struct error *e)
{
	char reason[REASON_BYTES] = "";

	if (m->descriptor == NULL || m->descriptor->check == NULL)
		return 0;
	if (m->descriptor->check(m->config, reason, sizeof(reason)) == 0)
		return 0;
	reason[sizeof(reason) - 1] = '\0';
	if (reason[0] == '\0')
		return error_set(e, PF_MODULE_CHECK,
		    "%s refuses its options and gives no reason",
		    m->descriptor->name);
	return error_set(e, PF_MODULE_CHECK, "%s: %s", m->descriptor->name,
	    reason);
}

void
module_fini(struct module *m)
{
	free(m->config);
	strings_free(&m->strings);
	if (m->object != NULL)
		dlclose(m->object);
	*m = nothing;
}
