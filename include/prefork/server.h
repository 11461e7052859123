/*
 * <prefork/server.h>: a server inside a program of your own.
 *
 *	#include <prefork/server.h>
 *
 *	static void
 *	HandleClient(int sock)
 *	{
 *		...
 *	}
 *
 *	int
 *	main(void)
 *	{
 *		return prefork_serve("127.0.0.1:7007", 4, HandleClient);
 *	}
 *
 *	cc server.c $(pkg-config --cflags --libs libprefork)
 *
 * There are three ways: prefork_serve, this one; prefork_server_new and what
 * follows it, where more than an address is to be said; prefork_main, a program
 * with the command line of preforkd.
 *
 * What runs the server forks: call it from a process with one thread.  It does
 * not call exit(); signal dispositions are restored when it returns.  Signals
 * mean what preforkd(8) says while it runs.  One at a time in a process.
 */
#ifndef PREFORK_SERVER_H
#define PREFORK_SERVER_H

#include <prefork/module.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Listen on `address` (host:port, [v6]:port, *:port, unix:/path, fd:name; NULL:
 * what was passed, or 127.0.0.1:7007), keep
 * `workers` processes (0: four; at most 4096) that accept connections and
 * call handle_client with each, and stay in the foreground, logging to
 * standard error, until a signal ends it.
 *
 * handle_client runs in a worker.  sock is connected and blocking; it may
 * close it or not, and may call exit(): the worker is replaced.  Descriptors
 * that the caller had open are open in the workers.  Capabilities that it had
 * are not, unless it is root, and no file that a worker executes gives it
 * privileges, where the system can do that.
 *
 * A socket that a service manager has passed to this process (LISTEN_FDS and
 * LISTEN_PID) is used where it has this address or name.  The variables are
 * removed, and the sockets closed when it returns; who wants them for something
 * else takes them, and removes LISTEN_FDS, before.
 *
 * Returns a sysexits(3) code, ready for main: 0 after a stop, 64 a bad
 * argument, 69 the address cannot be had, 71 a system call failed, 77 not
 * permitted, 78 no worker became ready.  The reason is on standard error.
 */
int prefork_serve(const char *address, unsigned workers,
    void (*handle_client)(int sock));

/*
 * The same by steps.  All may be called without looking at what they return:
 * the first failure is kept, and prefork_server_run ends with it at once.
 *
 *	struct prefork_server *server;
 *	int code;
 *
 *	server = prefork_server_new("logd", NULL, HandleClient);
 *	if (server == NULL)
 *		return EX_OSERR;
 *	prefork_server_listen(server, "*:7007");
 *	prefork_server_set(server, "workers", "8");
 *	prefork_server_set(server, "timeout", "idle 30s total 10m");
 *	code = prefork_server_run(server);
 *	prefork_server_free(server);
 *	return code;
 */
struct prefork_server;

/*
 * `program` is what the log calls it (NULL: prefork), and is copied.  Exactly
 * one of `module`, which has to stay, and handle_client is not NULL.  The
 * service is named after the module, or "serve".  NULL with errno: EINVAL,
 * ENOMEM.
 */
struct prefork_server *prefork_server_new(const char *program,
    const struct prefork_module *module, void (*handle_client)(int sock));
/*
 * A directive of preforkd.conf(5), of the whole or of the service, as it would
 * be written there: name and what stands behind it.  All but include, service,
 * handler and listen.  The last one of a name holds, unless it may stand more
 * than once.  The strings of this and the next two are copied.  0, or -1 with
 * prefork_server_error.
 */
int prefork_server_set(struct prefork_server *server, const char *name,
    const char *value);
/* An option of the module.  Whether it has one of this name is seen when it
 * runs. */
int prefork_server_option(struct prefork_server *server, const char *name,
    const char *value);
/* One more address, as prefork_serve takes it; a host's name is looked up now.
 * Without any, what was passed is served, or 127.0.0.1:7007. */
int prefork_server_listen(struct prefork_server *server, const char *address);
/* The first failure, "PF0503 workers needs ...", or "".  Holds until
 * prefork_server_free. */
const char *prefork_server_error(const struct prefork_server *server);
/* Serve until a signal ends it; returns as prefork_serve does, and may be
 * called again. */
int prefork_server_run(struct prefork_server *server);
/* NULL is nothing. */
void prefork_server_free(struct prefork_server *server);

/*
 * All of preforkd(8), its options and operands, with `module` as its handler:
 * operands are then the module's options (NAME=VALUE).  With module NULL it
 * is preforkd itself.  argv must stay as it is until it returns.
 *
 * Returns a sysexits(3) code.  In the daemon that it starts without -F it
 * does not return.
 */
int prefork_main(int argc, char **argv, const struct prefork_module *module);

#ifdef __cplusplus
}
#endif

#endif
