/*
 * The smallest program with a server in it: an echo server of four processes
 * on 127.0.0.1:7007, or on the address that is given.
 *
 *	cc -o serve serve.c $(pkg-config --cflags --libs libprefork)
 *	./serve unix:/tmp/echo.sock
 */
#include <sys/types.h>
#include <unistd.h>

#include <prefork/server.h>

/* Runs in a worker.  A signal that is sent to the daemon never interrupts it,
 * and a client that went away is an error of write(), not a signal. */
static void
HandleClient(int sock)
{
	char buffer[4096];
	ssize_t got, sent, done;

	while ((got = read(sock, buffer, sizeof(buffer))) > 0) {
		for (done = 0; done < got; done += sent) {
			sent = write(sock, buffer + done, (size_t)(got - done));
			if (sent == -1)
				return;
		}
	}
}

int
main(int argc, char **argv)
{
	const char *address = argc > 1 ? argv[1] : "127.0.0.1:7007";

	return prefork_serve(address, 4, HandleClient);
}
