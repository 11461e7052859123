/*
 * The settings of a daemon: filled once by who reads the command line, a file
 * or an embedder's calls, then immutable and shared by generations.
 * (Not named config.h, which is configure's.)
 * Runs in: master at start and reload; read by workers.
 */
#ifndef PREFORK_CONFIG_SETTINGS_H
#define PREFORK_CONFIG_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/log.h"
#include "config/access.h"
#include "config/admission.h"
#include "config/place.h"
#include "config/proxy.h"
#include "listener/endpoint.h"
#include "listener/passed.h"
#include "module/module.h"

#define SETTINGS_NAME_BYTES	 32
#define SETTINGS_MAX_WORKERS	 4096
#define SETTINGS_MAX_GROUPS	 1024
#define SETTINGS_MAX_LISTENERS	 256 /* of a service */
#define SETTINGS_MAX_LIMITS	 16
#define SETTINGS_UNLIMITED	 UINT64_MAX
#define SETTINGS_MAX_SERVICES	 256
#define SETTINGS_MAX_TOTAL	 8192	 /* workers of all services */
#define SETTINGS_MAX_CONNECTIONS 1000000 /* in a limit of them */
#define SETTINGS_WORKERS	 4
#define SETTINGS_JITTER		 10   /* percent of max_requests */
#define SETTINGS_HEADER_MS	 5000 /* until a PROXY header is there */
#define SETTINGS_ADDRESS	 "127.0.0.1:7007"
#define SETTINGS_PASSED		 "fd:" ENDPOINT_ANY_PASSED

/* Whom workers run as; looked up before anything is chrooted. */
struct identity {
	bool wanted;
	uid_t uid;
	gid_t gid;
	int group_count;
	gid_t groups[SETTINGS_MAX_GROUPS];
	char name[256]; /* "user:group" for messages */
};

/* Of a connection; 0: none. */
struct timeouts {
	int64_t idle_ms, total_ms, write_ms;
	unsigned min_rate; /* bytes a second */
	int64_t header_ms; /* of a PROXY header, never 0 */
};

/* RLIMIT_ numbers, each once, and values of the soft and the hard limit. */
struct limits {
	unsigned count;
	struct limit {
		int resource;
		uint64_t value;
	} items[SETTINGS_MAX_LIMITS];
};

/* Of the environment. */
struct variable {
	const char *name, *value;
};

/* One value of an option of the handler; file NULL: nowhere. */
struct option_place {
	const char *file;
	struct position name, value;
};

/* A listen directive. */
struct listen {
	const char *address; /* as it was written */
	const char *owner;   /* of a unix socket, likewise, or NULL */
	size_t first, count; /* what it means: endpoints of the service */
	struct place place;
};

struct log_settings {
	bool given; /* else syslog, or in the foreground standard error */
	enum log_sink sink;
	enum msg_level level;
	int facility;	  /* LOG_DAEMON and so on */
	const char *path; /* of a file, absolute; else NULL */
	struct place place;
	bool format_given;
	enum log_format format;
	struct place format_place;
};

struct control_settings {
	const char *path; /* absolute, or NULL: no control socket */
	const char *owner;
	struct endpoint endpoint;
};

struct service_settings {
	char name[SETTINGS_NAME_BYTES];
	struct place place;
	/* Exactly one of the three. */
	const char *handler;			 /* module name or path */
	const struct prefork_module *descriptor; /* linked in */
	void (*handle_client)(int sock);	 /* linked in */
	struct place handler_place;
	struct module_argument *arguments;
	struct option_place *argument_places; /* argument_count, or NULL */
	size_t argument_count;
	struct listen *listens;
	size_t listen_count;
	struct endpoint *endpoints;
	size_t endpoint_count;
	struct identity identity; /* its own, or that of all services */
	const char *chroot;	  /* the same; or NULL */
	struct limits limits;	  /* its own, and those of all services */
	struct variable *variables;
	size_t variable_count;
	unsigned workers;
	uint64_t max_requests;	      /* connections of a worker; 0: any */
	unsigned max_requests_jitter; /* percent that may be taken off */
	int64_t max_age_ms;	      /* of a worker; 0: any */
	uint64_t max_rss_bytes;	      /* of a worker; 0: any */
	struct timeouts timeouts;
	struct proxy_settings proxy;
	bool defer;	      /* accept only who has sent */
	bool any_source_port; /* of datagrams, also those of services */
	struct admission_settings admission;
	struct access_settings access;
};

/* How the program was called, for a new binary that takes its place. */
struct invocation {
	char *program;	 /* absolute path of the binary, or NULL */
	char *directory; /* it was started in, or NULL */
	char **argv;	 /* as it was given */
};

struct settings;

/* Who made settings, and can make them again. */
struct settings_origin {
	/* Both: NULL with `e`. */
	struct settings *(*read)(const void *arg, struct error *e);
	/* Of what settings_print wrote for SETTINGS_FOR_MACHINES. */
	struct settings *(*restore)(const void *arg, const char *text,
	    struct error *e);
	const void *arg;
};

struct settings {
	unsigned refs;
	const struct settings_origin *origin; /* NULL: they never change */
	const struct invocation *invocation;  /* NULL: cannot be called again */
	struct passed_sockets *passed;	      /* to the process; NULL: none */
	const char *program;		      /* "preforkd" */
	bool foreground;
	bool verbose;	     /* whatever the level of the log is */
	bool own_process;    /* we may close descriptors that we do not know */
	const char *pidfile; /* absolute, or NULL */
	struct control_settings control;
	struct log_settings log;
	int ready_fd; /* -d, or -1 */
	struct module_path module_path;
	struct identity identity;
	const char *chroot; /* or NULL */
	struct limits limits;
	int umask; /* of workers; -1: as it is */
	int64_t start_timeout_ms, drain_timeout_ms, stop_timeout_ms;
	int64_t quit_timeout_ms, hurry_timeout_ms;
	int64_t drain_delay_ms;	  /* accept so long after TERM */
	unsigned old_generations; /* that finish, before a reload waits */
	unsigned window_percent;  /* of the workers that start at once */
	struct service_settings *services;
	size_t service_count;
	struct module_strings *strings; /* that these settings own */
};

/* So many services without names, all defaults.  NULL with errno. */
struct settings *settings_new(size_t services);
/* One more, at the end; others may move.  NULL with errno. */
struct service_settings *settings_add_service(struct settings *settings);
/* Made again from where they come from, with one reference; the same ones
 * where they never change.  NULL with `e`. */
struct settings *settings_again(struct settings *settings, struct error *e);
struct settings *settings_ref(struct settings *settings);
void settings_unref(struct settings *settings);
/* The control socket is at the absolute `path`, which is not copied. */
int settings_control(struct settings *settings, const char *path,
    struct error *e);
/* The service of this name, or NULL. */
struct service_settings *settings_find_service(const struct settings *settings,
    const char *name);
/* One more argument of the handler; the strings are not copied.  -1 with
 * errno. */
int settings_add_argument(struct service_settings *service,
    const struct module_argument *argument, const struct option_place *place);
/* When all is filled in: services inherit, and what only the whole can tell
 * is checked.  -1 with `e`. */
int settings_complete(struct settings *settings, struct error *e);
/* A copy of `text` that lives as long as the settings.  NULL with errno. */
const char *settings_copy(struct settings *settings, const char *text);
/* Append `address`, which is not copied, and what it means. */
int settings_listen(struct service_settings *service, const char *address,
    struct error *e);
/* Where it listens by now is forgotten. */
void settings_forget_addresses(struct service_settings *service);
/* Limits of all services that the service has not set. */
void settings_inherit_limits(const struct settings *settings,
    struct service_settings *service);
/* "nofile" */
const char *settings_resource_name(int resource);
/* Names or numbers, "user", "user:group", ":group"; what is not named is -1,
 * which chown(2) leaves as it is.  -1 with IDENTITY_UNKNOWN. */
int settings_owner(const char *text, uid_t *uid, gid_t *gid, struct error *e);
/* "user[:group]" to the identity.  -1 with IDENTITY_UNKNOWN or, without root,
 * IDENTITY_DENIED. */
int settings_identity(struct identity *identity, const char *text,
    struct error *e);
/* The same without asking whether we are allowed to. */
int settings_find_identity(struct identity *identity, const char *text,
    struct error *e);
/* May this process give all workers their identity and root directory?  -1 with
 * IDENTITY_DENIED. */
int settings_permitted(const struct settings *settings, struct error *e);

#endif
