/*
 * <prefork/module.h>: what a handler module exports.
 *
 * A handler is a shared object that exports either
 *
 *	void HandleClient(int sock);
 *
 * (nothing of this header is needed for that), or a descriptor:
 *
 *	#include <prefork/module.h>
 *
 *	static int
 *	greet(struct prefork_conn *conn)
 *	{
 *		return prefork_write(conn, "hello\n", 6) == 6 ? 0 : -1;
 *	}
 *
 *	PREFORK_MODULE = {
 *		PREFORK_MODULE_HEAD,
 *		.name = "greet",
 *		.version = "1.0",
 *		.summary = "says hello",
 *		.handle = greet,
 *	};
 *
 * If both are exported the descriptor counts.  All hooks run in a worker
 * process (check: in a probe process too), never in the master; each worker
 * has its own copy of every variable.  A hook may call anything that is safe
 * in a single-threaded process, and may fork as long as it waits for its
 * children itself.
 */
#ifndef PREFORK_MODULE_H
#define PREFORK_MODULE_H

#include <stddef.h>
#include <stdint.h>

#include <prefork/conn.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Raised when a member changes meaning or place. */
#define PREFORK_ABI 1

/* Type of an option, and of the member of the module's config struct that it
 * fills. */
enum prefork_option_type {
	PREFORK_INT,	  /* int64_t; decimal, with sign */
	PREFORK_SIZE,	  /* int64_t bytes; 64k 10m 1g (powers of 1024) */
	PREFORK_DURATION, /* int64_t ms; 10ms 30s 5m 2h, bare: seconds */
	PREFORK_BOOL,	  /* int 0 or 1; on off yes no true false 1 0 */
	PREFORK_STRING,	  /* const char * */
	PREFORK_PATH,	  /* const char *, must begin with / */
	PREFORK_ENUM,	  /* int, index into .choices */
	PREFORK_LIST	  /* struct prefork_list, option may be repeated */
};

struct prefork_list {
	size_t count;
	const char **items; /* items[count] is NULL */
};

struct prefork_option {
	const char *name; /* NULL ends the table */
	enum prefork_option_type type;
	size_t offset;		    /* offsetof(struct my_config, member) */
	const char *preset;	    /* default, as text; NULL: zero or none */
	int64_t min, max;	    /* INT SIZE DURATION; both 0: no limits */
	const char *const *choices; /* ENUM: names, NULL-terminated */
	const char *help;	    /* one line */
};

/* Flags. */
#define PREFORK_CLIENT_FIRST  0x1u /* the client speaks first */
#define PREFORK_SINGLE_WORKER 0x2u /* exactly one worker */
#define PREFORK_DATAGRAMS     0x4u /* serves datagrams (hook datagram) */
/* Answers to datagrams may be longer than these, and more than one: whoever
 * forges the address of a sender can make the service send that much to it. */
#define PREFORK_LONG_ANSWERS 0x8u

struct prefork_worker; /* reserved for the core */

struct prefork_module {
	uint32_t abi;  /* PREFORK_ABI */
	uint32_t size; /* sizeof(struct prefork_module) */
	const char *name;
	const char *version;
	const char *summary;		      /* one line, for preforkd -L */
	const struct prefork_option *options; /* or NULL */
	size_t config_size; /* of the config struct the options fill */
	unsigned flags;
	/*
	 * In the probe process and in each worker before worker_init: are
	 * options and surroundings right?  0, or -1 with one sentence in
	 * reason (reason_bytes, terminated).  No side effects.
	 */
	int (*check)(const void *config, char *reason, size_t reason_bytes);
	/* In a new worker, privileges dropped, before READY.  0 and
	 * *worker_data (prefork_conn_worker_data), or -1 with reason. */
	int (*worker_init)(const void *config, void **worker_data, char *reason,
	    size_t reason_bytes);
	/* One connection.  The core closes it afterwards.  0, or -1 when it
	 * went wrong (counted). Required unless datagram is set. */
	int (*handle)(struct prefork_conn *conn);
	/*
	 * One datagram, whole, valid until the hook returns; it may be empty.
	 * prefork_write() sends an answer to its sender, from the address that
	 * was asked: at most one, not longer than the datagram, unless flags
	 * has PREFORK_LONG_ANSWERS; what prefork_printf() keeps is one, too.
	 * There is nothing to read or to wait for, and prefork_conn_fd() is
	 * the socket of all workers: leave it as it is.  0, or -1 when it went
	 * wrong (counted).
	 */
	int (*datagram)(struct prefork_conn *conn, const void *data,
	    size_t bytes);
	/* Called about once a second in an idle worker; NULL costs nothing. */
	void (*worker_tick)(void *worker_data);
	/* Before a worker ends by itself. */
	void (*worker_exit)(void *worker_data);
};

/* The first two members.  In C++, which has no designated initialisers before
 * C++20, all members follow in their order, NULL or 0 for what is not there. */
#ifdef __cplusplus
#define PREFORK_MODULE_HEAD \
	PREFORK_ABI, static_cast<uint32_t>(sizeof(struct prefork_module))
#else
#define PREFORK_MODULE_HEAD \
	.abi = PREFORK_ABI, .size = (uint32_t)sizeof(struct prefork_module)
#endif

#if defined(__GNUC__) || defined(__clang__)
#define PREFORK_EXPORT __attribute__((visibility("default")))
#else
#define PREFORK_EXPORT
#endif

#ifdef __cplusplus
#define PREFORK_MODULE                                                        \
	extern "C" PREFORK_EXPORT const struct prefork_module prefork_module; \
	const struct prefork_module prefork_module
#else
#define PREFORK_MODULE                                                    \
	extern PREFORK_EXPORT const struct prefork_module prefork_module; \
	const struct prefork_module prefork_module
#endif

#ifdef __cplusplus
}
#endif

#endif
