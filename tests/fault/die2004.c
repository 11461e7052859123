/*
 * An echo handler in the manner of a first book on sockets: written for a
 * program with one process, without a thought of prefork, and as careless:
 * it ends the process when anything goes wrong.  Deliberately free of this
 * project's headers and style: cc -shared -fPIC die2004.c is all it takes.
 * Runs in: worker.
 */
/* clang-format off */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/types.h>
#include <sys/socket.h>

#define BUFFSIZE 32

void Die(char *mess) { perror(mess); exit(1); }

void HandleClient(int sock) {
  char buffer[BUFFSIZE];
  int got = -1;

  /* What the client says first */
  if ((got = recv(sock, buffer, BUFFSIZE, 0)) < 0) {
    Die("die2004: no first word from the client");
  }
  /* Say it again, and listen for more, until there is no more */
  while (got > 0) {
    if (send(sock, buffer, got, 0) != got) {
      Die("die2004: the client did not take its words back");
    }
    if ((got = recv(sock, buffer, BUFFSIZE, 0)) < 0) {
      Die("die2004: the client was lost on the way");
    }
  }
  close(sock);
}
