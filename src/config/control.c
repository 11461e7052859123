/*
 * The control directive.
 * Runs in: starter, master at reload, probe.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "config/readers.h"
#include "config/writers.h"
#include "listener/listener.h"

int
settings_control(struct settings *settings, const char *path, struct error *e)
{
	char address[ENDPOINT_TEXT_BYTES + 16];
	struct endpoint endpoints[ENDPOINTS_PER_ADDRESS];

	(void)snprintf(address, sizeof(address), "unix:%s", path);
	if (strlen(path) + 6 > sizeof(address))
		return error_set(e, PF_BAD_ADDRESS, "%s: the path is too long",
		    path);
	if (endpoint_parse(address, endpoints, e) == -1)
		return -1;
	settings->control.path = path;
	settings->control.endpoint = endpoints[0];
	settings->control.endpoint.mode = 0600;
	return 0;
}

static int
read_part(const struct use *use, size_t index)
{
	struct control_settings *control = &use->settings->control;
	const char *name = use->words[index].text;

	if (is_repeated(use, index))
		return use_fail(use, index, PF_DIRECTIVE_REPEATED,
		    "%s is given twice", name);
	if (index + 1 == use->count)
		return use_fail(use, index, PF_DIRECTIVE_VALUE,
		    "%s needs a value", name);
	if (strcmp(name, "mode") == 0)
		return read_socket_mode(use, index + 1, &control->endpoint);
	if (strcmp(name, "owner") == 0)
		return read_socket_owner(use, index + 1, &control->endpoint,
		    &control->owner);
	return use_fail(use, index, PF_DIRECTIVE_VALUE,
	    "control knows mode and owner, not '%s'", name);
}

int
read_control(const struct use *use)
{
	const char *path = settings_copy(use->settings, use->words[1].text);
	struct error e;
	size_t i;

	if (path == NULL)
		return use_fail(use, 1, PF_SYSCALL, "no memory");
	if (path[0] != '/')
		return use_fail(use, 1, PF_DIRECTIVE_VALUE,
		    "control needs a path that begins with /, not '%s'", path);
	if (settings_control(use->settings, path, &e) == -1)
		return use_fail(use, 1, e.id, "%s", e.text);
	for (i = 2; i < use->count; i += 2)
		if (read_part(use, i) == -1)
			return -1;
	return 0;
}

void
keep_control(const struct settings *from, struct settings *to)
{
	struct control_settings *control = &to->control;

	*control = from->control;
	if (control->path != NULL)
		control->path = settings_copy(to, control->path);
	if (control->owner != NULL)
		control->owner = settings_copy(to, control->owner);
}

void
write_control(const struct writing *w)
{
	const struct control_settings *control = &w->settings->control;
	char mode[16];

	if (control->path == NULL)
		return;
	write_begin(w);
	write_word(w, control->path);
	(void)snprintf(mode, sizeof(mode), "%04o",
	    (unsigned)control->endpoint.mode);
	write_word(w, "mode");
	write_word(w, mode);
	if (control->owner != NULL) {
		write_word(w, "owner");
		write_word(w, control->owner);
	}
	write_end(w);
}
