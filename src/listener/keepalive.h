/*
 * Ending connections whose client is gone without a word.
 * Runs in: master.
 */
#ifndef PREFORK_LISTENER_KEEPALIVE_H
#define PREFORK_LISTENER_KEEPALIVE_H

/* A client that is silent for a minute is asked by its system; without an
 * answer another one the connection ends: recv(2) fails with ETIMEDOUT. */
#define KEEPALIVE_SILENT_S 60
#define KEEPALIVE_PROBE_S  10
#define KEEPALIVE_PROBES   6

/* Of a TCP socket before listen(2).  -1 with errno. */
int keepalive_set(int fd);

#endif
