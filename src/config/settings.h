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

#include "listener/endpoint.h"
#include "module/module.h"

#define SETTINGS_NAME_BYTES    32
#define SETTINGS_MAX_WORKERS   4096
#define SETTINGS_MAX_GROUPS    64
#define SETTINGS_MAX_LISTENERS 256 /* of a service */
#define SETTINGS_WORKERS       4
#define SETTINGS_JITTER	       10 /* percent of max_requests */
#define SETTINGS_ADDRESS       "127.0.0.1:7007"

/* Whom workers run as; looked up before anything is chrooted. */
struct identity {
	bool wanted;
	uid_t uid;
	gid_t gid;
	int group_count;
	gid_t groups[SETTINGS_MAX_GROUPS];
	char name[64]; /* "user:group" for messages */
};

/* Of a connection; 0: none. */
struct timeouts {
	int64_t idle_ms, total_ms, write_ms;
	unsigned min_rate; /* bytes a second */
};

struct service_settings {
	char name[SETTINGS_NAME_BYTES];
	/* Exactly one of the three. */
	const char *handler;			 /* module name or path */
	const struct prefork_module *descriptor; /* linked in */
	void (*handle_client)(int sock);	 /* linked in */
	struct module_argument *arguments;
	size_t argument_count;
	struct endpoint *endpoints;
	size_t endpoint_count;
	int backlog;
	unsigned workers;
	uint64_t max_requests;	      /* connections of a worker; 0: any */
	unsigned max_requests_jitter; /* percent that may be taken off */
	int64_t max_age_ms;	      /* of a worker; 0: any */
	uint64_t max_rss_bytes;	      /* of a worker; 0: any */
	struct timeouts timeouts;
};

/* How the program was called, for a new binary that takes its place. */
struct invocation {
	char *program;	 /* absolute path of the binary, or NULL */
	char *directory; /* it was started in, or NULL */
	char **argv;	 /* as it was given */
};

struct settings {
	unsigned refs;
	const struct invocation *invocation; /* NULL: cannot be called again */
	const char *program;		     /* "preforkd" */
	bool foreground;
	bool own_process;    /* we may close descriptors that we do not know */
	const char *pidfile; /* absolute, or NULL */
	int ready_fd;	     /* -d, or -1 */
	struct module_path module_path;
	struct identity identity;
	int64_t start_timeout_ms, drain_timeout_ms, stop_timeout_ms;
	int64_t quit_timeout_ms, hurry_timeout_ms;
	int64_t drain_delay_ms;	  /* accept so long after TERM */
	unsigned old_generations; /* that finish, before a reload waits */
	unsigned window_percent;  /* of the workers that start at once */
	struct service_settings *services;
	size_t service_count;
	struct module_strings *strings; /* that these settings own */
};

/* One service, all defaults.  NULL with errno. */
struct settings *settings_new(size_t services);
struct settings *settings_ref(struct settings *settings);
void settings_unref(struct settings *settings);
/* When all is filled in: what only the whole can tell.  -1 with `e`. */
int settings_complete(const struct settings *settings, struct error *e);
/* A copy of `text` that lives as long as the settings.  NULL with errno. */
const char *settings_copy(struct settings *settings, const char *text);
/* Append what `address` means to the service's endpoints. */
int settings_listen(struct service_settings *service, const char *address,
    struct error *e);
/* "user[:group]" to the identity.  -1 with IDENTITY_UNKNOWN or, without root,
 * IDENTITY_DENIED. */
int settings_identity(struct identity *identity, const char *text,
    struct error *e);

#endif
