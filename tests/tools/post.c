/*
 * post: a client of datagrams for tests.
 *
 *	post [-b HOST:PORT] [-t seconds] HOST:PORT step...
 *
 *	send TEXT	a datagram, which may be empty
 *	big N		one of N bytes
 *	many N		N of them, numbered
 *	expect TEXT	the next that comes is this
 *	same N		it is that of big N
 *	all N		those of many N come, each once, in any order
 *	print		prints the next
 *	bytes MIN MAX	the next has so many
 *	from HOST	the last came from there
 *	silent		nothing has come; known because another socket of ours,
 *			which asked later, was answered (one worker, that
 *echoes) forge HOST:PORT TEXT	a datagram that claims to be from there (IPv4,
 *root) say TEXT	prints TEXT
 *	wait		waits for a line on standard input
 *
 * HOST is numeric; [v6]:PORT, and udp: before it, are understood.  -b: where
 * it sends from.
 *
 * Exit status: 0, 1 something else came or failed, 64 usage, 77 forging is not
 * allowed here, 124 the time (10 s) is over.
 *
 * Runs in: post.
 */
#include "config.h"

#include <sys/socket.h>

#include <arpa/inet.h>
#include <netinet/in.h>

#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MOST	 65536
#define NUMBERED 100000
#define IP_HEAD	 20
#define UDP_HEAD 8

struct place {
	struct sockaddr_storage address;
	socklen_t length;
};

static struct place server, from;
static int own = -1;
static unsigned char data[MOST];
static size_t got;
static int patience_ms = 10000;

static _Noreturn void
fail(int code, const char *what, const char *more)
{
	(void)fprintf(stderr, "post: %s: %s\n", what, more);
	exit(code);
}

static struct place
parse(const char *text)
{
	struct addrinfo hints = { .ai_socktype = SOCK_DGRAM,
		.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV };
	struct addrinfo *found;
	struct place place = { .length = 0 };
	char host[128];
	char *port;

	if (strncmp(text, "udp:", 4) == 0)
		text += 4;
	(void)snprintf(host, sizeof(host), "%s", text);
	port = strrchr(host, ':');
	if (port == NULL)
		fail(64, text, "no port");
	*port++ = '\0';
	if (host[0] == '[' && port[-2] == ']')
		port[-2] = '\0';
	if (getaddrinfo(host[0] == '[' ? host + 1 : host, port, &hints,
		&found) != 0)
		fail(64, text, "no address");
	memcpy(&place.address, found->ai_addr, found->ai_addrlen);
	place.length = found->ai_addrlen;
	freeaddrinfo(found);
	return place;
}

static int
open_socket(const struct place *bound)
{
	int fd = socket(server.address.ss_family, SOCK_DGRAM, 0);

	if (fd == -1 ||
	    (bound != NULL &&
		bind(fd, (const struct sockaddr *)&bound->address,
		    bound->length) == -1))
		fail(1, "socket", strerror(errno));
	return fd;
}

static void
post(int fd, const void *bytes, size_t count)
{
	if (sendto(fd, bytes, count, 0, (struct sockaddr *)&server.address,
		server.length) == -1)
		fail(1, "send", strerror(errno));
}

static void
receive(int fd)
{
	struct pollfd item = { .fd = fd, .events = POLLIN };
	ssize_t bytes;

	if (poll(&item, 1, patience_ms) != 1)
		fail(124, "nothing came", "");
	from.length = sizeof(from.address);
	bytes = recvfrom(fd, data, sizeof(data), 0,
	    (struct sockaddr *)&from.address, &from.length);
	if (bytes == -1)
		fail(1, "receive", strerror(errno));
	got = (size_t)bytes;
}

static unsigned char
pattern(size_t i)
{
	return (unsigned char)(i * 7 + i / 251);
}

static void
post_big(size_t bytes)
{
	static unsigned char big[MOST];
	size_t i;

	for (i = 0; i < bytes && i < sizeof(big); i++)
		big[i] = pattern(i);
	post(own, big, bytes);
}

static void
expect_same(size_t bytes)
{
	size_t i;

	receive(own);
	for (i = 0; i < got && data[i] == pattern(i); i++)
		continue;
	if (got != bytes || i != got)
		fail(1, "same", "other bytes came");
}

static void
post_many(size_t count)
{
	char text[16];
	size_t i;

	for (i = 0; i < count; i++)
		post(own, text, (size_t)snprintf(text, sizeof(text), "%zu", i));
}

static void
expect_all(size_t count)
{
	static unsigned char seen[NUMBERED];
	size_t i, number;

	for (i = 0; i < count; i++) {
		receive(own);
		data[got < MOST ? got : MOST - 1] = '\0';
		number = strtoul((char *)data, NULL, 10);
		if (number >= count || number >= NUMBERED || seen[number]++)
			fail(1, "all: came twice or was not sent",
			    (char *)data);
	}
}

static void
expect_text(const char *text)
{
	receive(own);
	if (got == strlen(text) && memcmp(data, text, got) == 0)
		return;
	data[got < MOST ? got : MOST - 1] = '\0';
	fail(1, text, (char *)data);
}

static void
expect_from(const char *host)
{
	char text[INET6_ADDRSTRLEN] = "";
	const void *any = &from.address;

	if (from.address.ss_family == AF_INET)
		(void)inet_ntop(AF_INET,
		    &((const struct sockaddr_in *)any)->sin_addr, text,
		    sizeof(text));
	else
		(void)inet_ntop(AF_INET6,
		    &((const struct sockaddr_in6 *)any)->sin6_addr, text,
		    sizeof(text));
	if (strcmp(text, host) != 0)
		fail(1, "it came from", text);
}

static void
expect_bytes(const char *least, const char *most)
{
	char text[32];

	receive(own);
	if (got >= strtoul(least, NULL, 10) && got <= strtoul(most, NULL, 10))
		return;
	(void)snprintf(text, sizeof(text), "%zu", got);
	fail(1, "bytes", text);
}

static void
expect_silence(void)
{
	int other = open_socket(NULL);
	char byte;

	post(other, "later", 5);
	receive(other);
	(void)close(other);
	if (recv(own, &byte, 1, MSG_DONTWAIT) != -1)
		fail(1, "silent", "something came");
}

/* RFC 791, RFC 768; the system fills in length and sum of the IP header, and a
 * datagram need not have a sum. */
static void
forge(const char *source_text, const char *text)
{
	const struct place source = parse(source_text);
	const struct sockaddr_in *src = (const void *)&source.address;
	const struct sockaddr_in *dst = (const void *)&server.address;
	unsigned char packet[512] = { 0x45 };
	unsigned char *udp = packet + IP_HEAD;
	size_t bytes = strlen(text);
	int fd = socket(AF_INET, SOCK_RAW, IPPROTO_RAW);

	if (fd == -1)
		fail(77, "raw socket", strerror(errno));
	packet[8] = 64;
	packet[9] = IPPROTO_UDP;
	memcpy(packet + 12, &src->sin_addr, 4);
	memcpy(packet + 16, &dst->sin_addr, 4);
	memcpy(udp, &src->sin_port, 2);
	memcpy(udp + 2, &dst->sin_port, 2);
	udp[5] = (unsigned char)(UDP_HEAD + bytes);
	memcpy(udp + UDP_HEAD, text, bytes);
	if (sendto(fd, packet, IP_HEAD + UDP_HEAD + bytes, 0,
		(struct sockaddr *)&server.address, server.length) == -1)
		fail(77, "forge", strerror(errno));
	(void)close(fd);
}

static void
print_next(void)
{
	receive(own);
	(void)fwrite(data, 1, got, stdout);
}

static void
say(const char *text)
{
	(void)puts(text);
	(void)fflush(stdout);
}

/* With one argument or none; false where there is no such step. */
static int
do_step(const char *word, const char *argument)
{
	size_t number = strtoul(argument, NULL, 10);

	if (strcmp(word, "send") == 0)
		post(own, argument, strlen(argument));
	else if (strcmp(word, "expect") == 0)
		expect_text(argument);
	else if (strcmp(word, "big") == 0)
		post_big(number);
	else if (strcmp(word, "same") == 0)
		expect_same(number);
	else if (strcmp(word, "many") == 0)
		post_many(number);
	else if (strcmp(word, "all") == 0)
		expect_all(number);
	else if (strcmp(word, "from") == 0)
		expect_from(argument);
	else if (strcmp(word, "say") == 0)
		say(argument);
	else
		return 0;
	return 1;
}

/* How many words it took. */
static int
play(char **words, int left)
{
	if (strcmp(words[0], "silent") == 0)
		expect_silence();
	else if (strcmp(words[0], "print") == 0)
		print_next();
	else if (strcmp(words[0], "wait") == 0)
		while (getchar() != '\n')
			continue;
	else if (left > 2 && strcmp(words[0], "forge") == 0)
		return forge(words[1], words[2]), 3;
	else if (left > 2 && strcmp(words[0], "bytes") == 0)
		return expect_bytes(words[1], words[2]), 3;
	else if (left > 1 && do_step(words[0], words[1]))
		return 2;
	else
		fail(64, words[0], "no such step");
	return 1;
}

int
main(int argc, char **argv)
{
	const char *bound = NULL;
	struct place place;
	int option;

	while ((option = getopt(argc, argv, "b:t:")) != -1) {
		if (option == 'b')
			bound = optarg;
		else if (option == 't')
			patience_ms = atoi(optarg) * 1000;
		else
			return 64;
	}
	if (optind == argc)
		return 64;
	server = parse(argv[optind++]);
	if (bound != NULL)
		place = parse(bound);
	own = open_socket(bound != NULL ? &place : NULL);
	while (optind < argc)
		optind += play(argv + optind, argc - optind);
	return 0;
}
