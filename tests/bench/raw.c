/*
 * Echo by recv(2) and send(2): what prefork_read() and prefork_write() are
 * measured against.
 * Runs in: worker.
 */
#include "config.h"

#include <sys/socket.h>

/* As the module echo has. */
static unsigned char buffer[64 * 1024];

void HandleClient(int sock);

void
HandleClient(int sock)
{
	ssize_t got;

	while ((got = recv(sock, buffer, sizeof(buffer), 0)) > 0)
		if (send(sock, buffer, (size_t)got, MSG_NOSIGNAL) != got)
			return;
}
