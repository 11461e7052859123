/*
 * The directives listen, accept and source_ports.
 * Runs in: starter, master at reload, probe.
 */
#include "config.h"

#include <sys/stat.h>

#include <string.h>

#include "config/readers.h"
#include "listener/listener.h"

static bool
is_unix(const struct endpoint *endpoint)
{
	return endpoint->address.ss_family == AF_UNIX;
}

static int
check_has_file(const struct use *use, size_t index,
    const struct endpoint *endpoint)
{
	if (endpoint_has_file(endpoint))
		return 0;
	return use_fail(use, index - 1, PF_DIRECTIVE_VALUE,
	    "%s is for unix sockets that have a file",
	    use->words[index - 1].text);
}

static int
read_backlog(const struct use *use, size_t index, struct endpoint *endpoint)
{
	static const struct directive limits = {
		.name = "backlog", .form = FORM_NUMBER, .min = 1, .max = 65535
	};
	int64_t value;

	if (endpoint_passed_name((const void *)&endpoint->address) != NULL)
		return use_fail(use, index - 1, PF_DIRECTIVE_VALUE,
		    "backlog is for sockets that are opened here");
	if (endpoint->type == SOCK_DGRAM)
		return use_fail(use, index - 1, PF_DIRECTIVE_VALUE,
		    "backlog is for connections, not for datagrams");
	if (use_number(use, index, &limits, &value) == -1)
		return -1;
	endpoint->backlog = (int)value;
	return 0;
}

bool
is_repeated(const struct use *use, size_t index)
{
	size_t i;

	for (i = 2; i < index; i += 2)
		if (strcmp(use->words[i].text, use->words[index].text) == 0)
			return true;
	return false;
}

int
read_socket_mode(const struct use *use, size_t index, struct endpoint *endpoint)
{
	const char *text = use->words[index].text;
	unsigned mode;

	if (check_has_file(use, index, endpoint) == -1)
		return -1;
	if (!parse_octal(text, &mode) || mode == 0)
		return use_fail(use, index, PF_DIRECTIVE_VALUE,
		    "mode needs an octal number from 001 to 0777, not '%s'",
		    text);
	endpoint->mode = (mode_t)mode;
	return 0;
}

int
read_socket_owner(const struct use *use, size_t index,
    struct endpoint *endpoint, const char **text)
{
	struct error e;

	if (check_has_file(use, index, endpoint) == -1)
		return -1;
	if (settings_owner(use->words[index].text, &endpoint->uid,
		&endpoint->gid, &e) == -1)
		return use_fail(use, index, e.id, "%s", e.text);
	endpoint->owned = true;
	*text = settings_copy(use->settings, use->words[index].text);
	return *text != NULL ? 0 :
			       use_fail(use, index, PF_SYSCALL, "no memory");
}

static int
read_owner(const struct use *use, size_t index, struct endpoint *endpoint)
{
	struct listen *listen =
	    &use->service->listens[use->service->listen_count - 1];

	return read_socket_owner(use, index, endpoint, &listen->owner);
}

static const struct {
	const char *name;
	int (*read)(const struct use *use, size_t index,
	    struct endpoint *endpoint);
} parts[] = {
	{ "backlog", read_backlog },
	{ "mode", read_socket_mode },
	{ "owner", read_owner },
};

/* A name and its value at words[index]. */
static int
read_part(const struct use *use, size_t index, struct endpoint *endpoint)
{
	const char *name = use->words[index].text;
	size_t i;

	for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		if (strcmp(parts[i].name, name) != 0)
			continue;
		if (is_repeated(use, index))
			return use_fail(use, index, PF_DIRECTIVE_REPEATED,
			    "%s is given twice", name);
		if (index + 1 == use->count)
			return use_fail(use, index, PF_DIRECTIVE_VALUE,
			    "%s needs a value", name);
		return parts[i].read(use, index + 1, endpoint);
	}
	return use_fail(use, index, PF_DIRECTIVE_VALUE,
	    "listen knows backlog, mode and owner, not '%s'", name);
}

/* The endpoint before number `end` of any service that is the same. */
static const struct service_settings *
find_holder(const struct use *use, const struct endpoint *endpoint)
{
	const struct service_settings *service;
	const struct sockaddr *address = (const void *)&endpoint->address;
	const struct endpoint *other;
	size_t i, k;

	for (i = 0; i < use->settings->service_count; i++) {
		service = &use->settings->services[i];
		for (k = 0; k < service->endpoint_count; k++) {
			other = &service->endpoints[k];
			if (other == endpoint)
				return NULL;
			if (other->type == endpoint->type &&
			    endpoint_equal((const void *)&other->address,
				address))
				return service;
		}
	}
	return NULL;
}

static int
check_free(const struct use *use, const struct listen *listen)
{
	const struct endpoint *endpoint;
	const struct service_settings *holder;
	const struct sockaddr *address;
	size_t i;

	for (i = 0; i < listen->count; i++) {
		endpoint = &use->service->endpoints[listen->first + i];
		address = (const void *)&endpoint->address;
		holder = find_holder(use, endpoint);
		if (holder == NULL ||
		    (endpoint_port(address) == 0 && !is_unix(endpoint) &&
			endpoint_passed_name(address) == NULL))
			continue;
		return use_fail(use, 1, PF_DIRECTIVE_REPEATED,
		    "service %s listens at %s already", holder->name,
		    listen->address);
	}
	return 0;
}

int
read_accept(const struct use *use)
{
	if (use->count > 2)
		return use_too_much(use, 2);
	if (strcmp(use->words[1].text, "defer") != 0)
		return use_fail(use, 1, PF_DIRECTIVE_VALUE,
		    "accept knows defer, not '%s'", use->words[1].text);
	use->service->defer = true;
	return 0;
}

int
read_source_ports(const struct use *use)
{
	const char *word = use->words[1].text;

	if (use->count > 2)
		return use_too_much(use, 2);
	if (strcmp(word, "any") != 0 && strcmp(word, "safe") != 0)
		return use_fail(use, 1, PF_DIRECTIVE_VALUE,
		    "source_ports knows safe and any, not '%s'", word);
	use->service->any_source_port = strcmp(word, "any") == 0;
	return 0;
}

int
read_listen(const struct use *use)
{
	const char *address = settings_copy(use->settings, use->words[1].text);
	struct service_settings *service = use->service;
	struct listen *listen;
	struct endpoint *endpoints;
	struct error e;
	size_t i;

	if (address == NULL)
		return use_fail(use, 1, PF_SYSCALL, "no memory");
	if (settings_listen(service, address, &e) == -1)
		return use_fail(use, 1, e.id, "%s", e.text);
	listen = &service->listens[service->listen_count - 1];
	listen->place = (struct place) { use->file, use->words[0].position };
	endpoints = &service->endpoints[listen->first];
	for (i = 2; i < use->count; i += 2)
		if (read_part(use, i, &endpoints[0]) == -1)
			return -1;
	for (i = 1; i < listen->count; i++)
		endpoints[i].backlog = endpoints[0].backlog;
	return check_free(use, listen);
}
