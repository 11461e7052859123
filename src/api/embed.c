/*
 * A server in a program that is not preforkd: settings that are made by calls
 * in place of a command line and files, and never change.
 * Runs in: the caller's process, which becomes the master.
 */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <prefork/server.h>

#include "api/programs.h"
#include "base/export.h"
#include "base/fd.h"
#include "base/log.h"
#include "config/directive.h"
#include "master/master.h"

struct prefork_server {
	struct settings *settings;
	struct service_settings *service;
	struct passed_sockets passed;
	bool implied;	    /* nobody said where to listen */
	bool failed;	    /* the first that went wrong is kept */
	struct error error; /* where failed */
	char text[ERROR_TEXT_BYTES + 8];
};

/* 0, or -1 with the reason, if there was none before. */
static int
keep(struct prefork_server *server, int result, const struct error *e)
{
	if (result == 0 || server->failed)
		return result;
	server->failed = true;
	server->error = *e;
	(void)snprintf(server->text, sizeof(server->text), "PF%04d %s",
	    (int)e->id, e->text);
	return -1;
}

static void
fill(struct prefork_server *server, const struct prefork_module *module,
    void (*handle_client)(int sock))
{
	server->settings->foreground = true;
	server->service = &server->settings->services[0];
	server->service->descriptor = module;
	server->service->handle_client = handle_client;
	module_service_name(module != NULL ? module->name : "serve",
	    server->service->name, sizeof(server->service->name));
}

PREFORK_API struct prefork_server *
prefork_server_new(const char *program, const struct prefork_module *module,
    void (*handle_client)(int sock))
{
	struct prefork_server *server;

	if ((module == NULL) == (handle_client == NULL)) {
		errno = EINVAL;
		return NULL;
	}
	server = calloc(1, sizeof(*server));
	if (server == NULL || (server->settings = settings_new(1)) == NULL)
		goto fail;
	if (program != NULL)
		server->settings->program =
		    settings_copy(server->settings, program);
	if (server->settings->program == NULL)
		goto fail;
	fill(server, module, handle_client);
	return server;
fail:
	prefork_server_free(server);
	errno = ENOMEM;
	return NULL;
}

/* The place of a directive is a letter of a command line that is not there. */
static void
forget_place(struct error *e)
{
	const char *text = strstr(e->text, ": ");

	if (strncmp(e->text, "-o ", 3) == 0 && text != NULL)
		memmove(e->text, text + 2, strlen(text + 2) + 1);
}

static int
set(struct prefork_server *server, const char *name, const char *value,
    struct error *e)
{
	char text[1024];

	if (strpbrk(name, "=.") != NULL)
		return error_set(e, PF_USAGE, "there is no directive '%s'",
		    name);
	if (strcmp(name, "listen") == 0)
		return error_set(e, PF_USAGE,
		    "an address is for prefork_server_listen()");
	if ((size_t)snprintf(text, sizeof(text), "%s=%s", name, value) >=
	    sizeof(text))
		return error_set(e, PF_USAGE, "the value of %s is too long",
		    name);
	if (directive_override(server->settings, text, e) == 0)
		return 0;
	forget_place(e);
	return -1;
}

PREFORK_API int
prefork_server_set(struct prefork_server *server, const char *name,
    const char *value)
{
	struct error e;

	return keep(server, set(server, name, value, &e), &e);
}

PREFORK_API int
prefork_server_option(struct prefork_server *server, const char *name,
    const char *value)
{
	const struct option_place nowhere = { .file = NULL };
	struct module_argument argument;
	struct error e;
	int result = 0;

	argument.name = settings_copy(server->settings, name);
	argument.value = settings_copy(server->settings, value);
	if (argument.name == NULL || argument.value == NULL ||
	    settings_add_argument(server->service, &argument, &nowhere) == -1)
		result = error_set(&e, PF_SYSCALL, "no memory for options");
	return keep(server, result, &e);
}

static int
listen_at(struct prefork_server *server, const char *address, struct error *e)
{
	const char *kept = settings_copy(server->settings, address);

	if (kept == NULL)
		return error_set(e, PF_SYSCALL, "no memory for %s", address);
	return settings_listen(server->service, kept, e);
}

PREFORK_API int
prefork_server_listen(struct prefork_server *server, const char *address)
{
	struct error e;

	return keep(server, listen_at(server, address, &e), &e);
}

PREFORK_API const char *
prefork_server_error(const struct prefork_server *server)
{
	return server->text;
}

/* As preforkd does: where nothing is said, what was passed. */
static int
complete(struct prefork_server *server, struct error *e)
{
	if (passed_take(&server->passed, e) == -1)
		return -1;
	server->settings->passed = &server->passed;
	server->implied = server->service->endpoint_count == 0;
	if (server->implied &&
	    listen_at(server,
		server->passed.count > 0 ? SETTINGS_PASSED : SETTINGS_ADDRESS,
		e) == -1)
		return -1;
	if (settings_complete(server->settings, e) == -1)
		return -1;
	return settings_permitted(server->settings, e);
}

PREFORK_API int
prefork_server_run(struct prefork_server *server)
{
	struct error e;
	int code;

	log_set_ident(server->settings->program);
	if (server->failed)
		return program_fail(server->settings->program, &server->error);
	if (fd_ensure_stdio() == -1)
		return msg_find(PF_SYSCALL)->exit_code;
	if (complete(server, &e) == -1)
		code = program_fail(server->settings->program, &e);
	else
		code = master_run(server->settings);
	passed_close(&server->passed);
	server->settings->passed = NULL;
	if (server->implied)
		settings_forget_addresses(server->service);
	return code;
}

PREFORK_API void
prefork_server_free(struct prefork_server *server)
{
	if (server == NULL)
		return;
	settings_unref(server->settings);
	free(server);
}

static int
refuse(enum msg_id id, const char *why)
{
	struct error e;

	(void)error_set(&e, id, "%s", why);
	return program_fail("prefork", &e);
}

PREFORK_API int
prefork_serve(const char *address, unsigned workers,
    void (*handle_client)(int sock))
{
	struct prefork_server *server;
	struct error e;
	int code;

	if (handle_client == NULL)
		return refuse(PF_USAGE,
		    "prefork_serve needs a function to call");
	server = prefork_server_new(NULL, NULL, handle_client);
	if (server == NULL)
		return refuse(PF_SYSCALL, "no memory");
	if (workers > SETTINGS_MAX_WORKERS)
		(void)keep(server,
		    error_set(&e, PF_USAGE, "%u workers are more than %d",
			workers, SETTINGS_MAX_WORKERS),
		    &e);
	else if (workers > 0)
		server->service->workers = workers;
	if (address != NULL)
		(void)prefork_server_listen(server, address);
	code = prefork_server_run(server);
	prefork_server_free(server);
	return code;
}
