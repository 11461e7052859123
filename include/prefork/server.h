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
 * Both functions fork: call them from a single-threaded process.  Neither
 * calls exit(); signal dispositions are restored when they return.  Signals
 * mean what preforkd(8) says while they run.
 */
#ifndef PREFORK_SERVER_H
#define PREFORK_SERVER_H

#include <prefork/module.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Listen on `address` (host:port, [v6]:port, *:port, unix:/path), keep
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
 * Returns a sysexits(3) code, ready for main: 0 after a stop, 64 a bad
 * argument, 69 the address cannot be had, 71 a system call failed, 77 not
 * permitted, 78 no worker became ready.  The reason is on standard error.
 */
int prefork_serve(const char *address, unsigned workers,
    void (*handle_client)(int sock));

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
