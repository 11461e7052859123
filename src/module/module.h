/*
 * A handler as the core sees it: found, loaded, checked, with its options.
 * Runs in: worker, probe, -L/-H child; only module_find runs in the master.
 */
#ifndef PREFORK_MODULE_MODULE_H
#define PREFORK_MODULE_MODULE_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#include <prefork/module.h>

#include "base/error.h"
#include "module/snapshot.h"

/* Where modules are looked for, in order. */
struct module_path {
	const char *option;	 /* -M, or NULL */
	const char *environment; /* PREFORK_MODULE_PATH colon list, or NULL */
	const char *builtin;	 /* $libdir/prefork */
};

struct module {
	void *object;	  /* dlopen's; NULL for a built-in */
	bool is_copy;	  /* it is the snapshot's, not the path's */
	bool has_changed; /* it is the path's, whose file is another by now */
	const struct prefork_module *descriptor; /* or NULL: */
	void (*handle_client)(int sock);
	void *config; /* descriptor->config_size bytes, or NULL */
	struct module_strings *strings; /* what config points to */
};

/* One option as the user gave it: "max_bytes=10m". */
struct module_argument {
	const char *name;
	const char *value;
};

/*
 * Name (no slash: NAME.so in the first directory that has it) or path to the
 * absolute path of a shared object (a relative path is taken from the current
 * directory now, because a daemon leaves it).  Touches no byte of the file.
 * -1 with `e`: HANDLER_UNKNOWN (for a name it tells where was looked),
 * MODULE_OPEN for a path that is not there.
 */
int module_find(const char *handler, const struct module_path *path,
    char out[PATH_MAX], struct error *e);
/* The service name that a handler gives: "echo" for echo, ./echo.so. Bytes
 * other than A-Z a-z 0-9 _ - . become '_'; cut at 31. */
void module_service_name(const char *handler, char *out, size_t bytes);

/*
 * dlopen (RTLD_NOW | RTLD_LOCAL), find the symbol, check ABI, size and
 * contents.  -1 with `e` (MODULE_OPEN with the linker's words but not the
 * path twice, MODULE_ENTRY, MODULE_ABI with both numbers and the path,
 * MODULE_INVALID); then *m is as module_fini leaves it.
 */
int module_load(const char *path, struct module *m, struct error *e);
/* The same from the snapshot of the file at `path`, which is closed; from
 * `path` itself if the snapshot is none or cannot be loaded.  Messages name
 * `path`. */
int module_load_snapshot(struct module_snapshot *snapshot, const char *path,
    struct module *m, struct error *e);
/* A handler that is linked in. */
int module_builtin(const struct prefork_module *descriptor, struct module *m,
    struct error *e);
/* Fill m->config from presets and then arguments.  -1 with `e`
 * (OPTION_UNKNOWN with the nearest name if one is near, OPTION_VALUE,
 * OPTION_REPEATED). A HandleClient handler has no options. */
int module_configure(struct module *m, const struct module_argument *arguments,
    size_t count, struct error *e);
/* The check hook. -1 with MODULE_CHECK. */
int module_check(const struct module *m, struct error *e);
void module_fini(struct module *m);

/* -L: one line per handler of every directory, sorted by name, the first of a
 * name only: "echo          1.0  sends back what it gets (RFC 862)".  Each
 * module is loaded in a child made by spawn (see master/spawn.h); a module
 * that cannot be loaded is listed with its reason.  Here: the line of one
 * loaded module, without newline. */
void module_list_line(const struct module *m, const char *name, char *line,
    size_t bytes);
/* -H: the description of a loaded module and its options, to `fd`. */
int module_describe(const struct module *m, const char *name, int fd);
/* Call `visit` with each "NAME" and path of *.so in the directories of
 * `path`, sorted by name, first of a name only.  0, or -1 with errno. */
int module_each(const struct module_path *path,
    void (*visit)(void *arg, const char *name, const char *file), void *arg);

#endif
