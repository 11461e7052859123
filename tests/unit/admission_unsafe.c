/*
 * Senders of datagrams that must not be answered.
 */
#include "config.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include "admission/unsafe.h"
#include "tap.h"

static struct unsafe_ports ports;

static bool
is_unsafe(const char *host, unsigned port, bool any_port)
{
	struct sockaddr_storage address = { .ss_family = AF_INET };
	void *any = &address;
	struct sockaddr_in *v4 = any;
	struct sockaddr_in6 *v6 = any;

	if (inet_pton(AF_INET, host, &v4->sin_addr) == 1) {
		v4->sin_port = htons((in_port_t)port);
	} else {
		address.ss_family = AF_INET6;
		(void)inet_pton(AF_INET6, host, &v6->sin6_addr);
		v6->sin6_port = htons((in_port_t)port);
	}
	return unsafe_source(&ports, any, any_port);
}

static void
test_ports(void)
{
	static const struct {
		unsigned port;
		bool safe, with_any;
	} cases[] = {
		{ 0, false, false },
		{ 1, false, true },
		{ 7, false, true },
		{ 1023, false, true },
		{ 1024, true, true },
		{ 2048, true, true },
		{ 2049, false, true },
		{ 2050, true, true },
		{ 7006, true, true },
		{ 7007, false, false },
		{ 7008, true, true },
		{ 65535, false, false },
	};
	size_t i;

	unsafe_add_port(&ports, 7007);
	unsafe_add_port(&ports, 65535);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		is_int(is_unsafe("192.0.2.1", cases[i].port, false),
		    !cases[i].safe, "port %u", cases[i].port);
		is_int(is_unsafe("::1", cases[i].port, true),
		    !cases[i].with_any, "port %u, any", cases[i].port);
	}
}

static void
test_addresses(void)
{
	static const struct {
		const char *host;
		bool unsafe;
	} cases[] = {
		{ "127.0.0.1", false },
		{ "10.255.255.255", false },
		{ "223.255.255.255", false },
		{ "0.0.0.0", true },
		{ "0.1.2.3", true },
		{ "224.0.0.1", true },
		{ "239.255.255.255", true },
		{ "240.0.0.1", true },
		{ "255.255.255.255", true },
		{ "::1", false },
		{ "2001:db8::1", false },
		{ "fe80::1", false },
		{ "::", true },
		{ "ff02::1", true },
		{ "::ffff:192.0.2.1", false },
		{ "::ffff:224.0.0.1", true },
	};
	struct sockaddr unknown = { .sa_family = AF_UNIX };
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		is_int(is_unsafe(cases[i].host, 40000, true), cases[i].unsafe,
		    "%s", cases[i].host);
	ok(unsafe_source(&ports, &unknown, true), "who has no address");
}

int
main(void)
{
	test_ports();
	test_addresses();
	return tap_done();
}
