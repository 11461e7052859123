/*
 * Listen addresses: what is understood, what is refused, how it is shown.
 */
#include "config.h"

#include <sys/un.h>

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <string.h>

#include "listener/endpoint.h"
#include "rig.h"
#include "tap.h"

#define UNTOUCHED 4711

static struct endpoint found[ENDPOINTS_PER_ADDRESS];
static struct error e;

static const char *
shown(const struct endpoint *endpoint)
{
	static char text[ENDPOINT_TEXT_BYTES];

	endpoint_format((const struct sockaddr *)&endpoint->address,
	    endpoint->length, text, sizeof(text));
	return text;
}

static void
test_good(void)
{
	static const char *const same[] = {
		"127.0.0.1:7007",
		"0.0.0.0:0",
		"127.0.0.1:65535",
		"[::1]:7007",
		"[::]:0",
		"[2001:db8::a]:1",
		"[fe80::1%1]:7007",
		"unix:/run/x.sock",
		"unix:/a:b c",
	};
	size_t i;

	for (i = 0; i < sizeof(same) / sizeof(same[0]); i++) {
		is_int(endpoint_parse(same[i], found, &e), 1, "%s", same[i]);
		is_text(shown(&found[0]), same[i], "is shown as it was typed");
		ok(found[0].type == SOCK_STREAM && !found[0].optional &&
			!found[0].same_port && found[0].backlog == 0,
		    "and has no peculiarities");
	}
}

static void
test_normalised(void)
{
	static const char *const pairs[][2] = {
		{ "127.0.0.1:00080", "127.0.0.1:80" },
		{ "[0:0:0:0:0:0:0:1]:7", "[::1]:7" },
		{ "[::ffff:192.0.2.1]:7", "192.0.2.1:7" },
	};
	size_t i;

	for (i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		is_int(endpoint_parse(pairs[i][0], found, &e), 1, "%s",
		    pairs[i][0]);
		is_text(shown(&found[0]), pairs[i][1], "is shown shorter");
	}
}

static void
test_any(void)
{
	is_int(endpoint_parse("*:7007", found, &e), 2, "*:7007 has halves");
	is_text(shown(&found[0]), "[::]:7007", "IPv6 first");
	ok(found[0].optional && !found[0].same_port, "it may be left out");
	is_text(shown(&found[1]), "0.0.0.0:7007", "then IPv4");
	ok(!found[1].optional && found[1].same_port, "it takes the port");
	is_int(endpoint_parse("udp:*:0", found, &e), 2, "udp:*:0 as well");
	ok(found[0].type == SOCK_DGRAM && found[1].type == SOCK_DGRAM,
	    "both for datagrams");
}

static void
test_name(void)
{
	int count, i, v4 = 0;

	count = endpoint_parse("localhost:7", found, &e);
	ok(count >= 1, "localhost has an address");
	for (i = 0; i < count; i++) {
		is_int(endpoint_port((struct sockaddr *)&found[i].address), 7,
		    "with the port");
		v4 += strcmp(shown(&found[i]), "127.0.0.1:7") == 0;
	}
	ok(v4 <= 1, "none comes twice");
	for (i = 0; i < count; i++)
		is_int(found[i].optional,
		    v4 == 1 && found[i].address.ss_family == AF_INET6,
		    "only IPv6 beside IPv4 may be left out");
	is_int(endpoint_parse("udp:localhost:7", found, &e), count,
	    "the same for datagrams");
	is_int(found[0].type, SOCK_DGRAM, "which they are for");
}

static void
test_service(void)
{
	struct servent *entry = getservbyname("http", "tcp");

	if (entry == NULL) {
		ok(1, "the name of a port # SKIP no services are known");
		return;
	}
	is_int(endpoint_parse("[::1]:http", found, &e), 1, "a named port");
	is_int(endpoint_port((struct sockaddr *)&found[0].address),
	    ntohs((uint16_t)entry->s_port), "is looked up");
	is_int(endpoint_parse("*:http", found, &e), 2, "for both halves");
	is_int(endpoint_port((struct sockaddr *)&found[1].address),
	    ntohs((uint16_t)entry->s_port), "too");
}

static void
refused(const char *text, enum msg_id id, const char *reason)
{
	found[0].type = UNTOUCHED;
	e.id = PF_NONE;
	is_int(endpoint_parse(text, found, &e), -1, "refused: \"%.40s\"", text);
	is_int(e.id, id, "by its number");
	if (!ok(strstr(e.text, reason) != NULL, "because: %s", reason))
		printf("# got \"%s\"\n", e.text);
	is_int(found[0].type, UNTOUCHED, "nothing was stored");
}

static void
test_bad_form(void)
{
	refused("", PF_BAD_ADDRESS, "the port is missing");
	refused("localhost", PF_BAD_ADDRESS, "the port is missing");
	refused("127.0.0.1:", PF_BAD_ADDRESS, "the port is missing");
	refused("7007", PF_BAD_ADDRESS, "the host is missing");
	refused("udp:7007", PF_BAD_ADDRESS, "the host is missing");
	refused(":7007", PF_BAD_ADDRESS, "the host is empty");
	refused("[]:7007", PF_BAD_ADDRESS, "no IPv6 address");
	refused("[::1:7007", PF_BAD_ADDRESS, "the [ has no ]");
	refused("[::1]", PF_BAD_ADDRESS, "a port must follow");
	refused("[::1]7007", PF_BAD_ADDRESS, "a port must follow");
	refused("[::1]x:7007", PF_BAD_ADDRESS, "a port must follow");
	refused("::1:7007", PF_BAD_ADDRESS, "is written [v6]:port");
	refused("1]:7007", PF_BAD_ADDRESS, "a character that no host has");
}

static void
test_bad_host(void)
{
	char text[400];

	refused("127.0.0.256:7", PF_BAD_ADDRESS, "not an IPv4 address");
	refused("127.1:7", PF_BAD_ADDRESS, "not an IPv4 address");
	refused("[127.0.0.1]:7", PF_BAD_ADDRESS, "no IPv6 address");
	refused("[localhost]:7", PF_BAD_ADDRESS, "not an address");
	refused("[::1::1]:7", PF_BAD_ADDRESS, "not an address");
	refused("[*]:7", PF_BAD_ADDRESS, "a character that no host has");
	refused(" 127.0.0.1:7", PF_BAD_ADDRESS, "a character");
	refused("127.0.0.1 :7", PF_BAD_ADDRESS, "a character");
	memset(text, 'a', sizeof(text));
	strcpy(text + 300, ":7");
	refused(text, PF_BAD_ADDRESS, "the host is too long");
}

static void
test_bad_port(void)
{
	refused("127.0.0.1:65536", PF_BAD_ADDRESS, "above 65535");
	refused("127.0.0.1:4294967303", PF_BAD_ADDRESS, "above 65535");
	refused("127.0.0.1:99999999999999999999", PF_BAD_ADDRESS, "above");
	refused("127.0.0.1:7007x", PF_BAD_ADDRESS, "not a number");
	refused("127.0.0.1:7007 ", PF_BAD_ADDRESS, "not a number");
	refused("127.0.0.1:-1", PF_BAD_ADDRESS, "not a number");
	refused("127.0.0.1:+7", PF_BAD_ADDRESS, "not a number");
	refused("127.0.0.1: 7", PF_BAD_ADDRESS, "not a number");
	refused("[::1]:65536", PF_BAD_ADDRESS, "above 65535");
	refused("*:65536", PF_BAD_ADDRESS, "above 65535");
	refused("127.0.0.1:no-such-service", PF_RESOLVE, "unknown service");
}

static void
test_unix(void)
{
	struct sockaddr_un un;
	char text[5 + sizeof(un.sun_path) + 1] = "unix:";

	refused("unix:", PF_BAD_ADDRESS, "begins with /");
	refused("unix:x.sock", PF_BAD_ADDRESS, "begins with /");
	memset(text + 5, '/', sizeof(un.sun_path));
	text[5 + sizeof(un.sun_path)] = '\0';
	refused(text, PF_BAD_ADDRESS, "too long");
	text[5 + sizeof(un.sun_path) - 1] = '\0';
	is_int(endpoint_parse(text, found, &e), 1, "one byte less is good");
	is_text(shown(&found[0]), text, "and shown whole");
	is_int(endpoint_port((struct sockaddr *)&found[0].address), 0,
	    "without a port");
}

static const char *
shown_unix(const char *path, size_t path_bytes)
{
	static char text[ENDPOINT_TEXT_BYTES];
	struct sockaddr_un un;

	memset(&un, 0, sizeof(un));
	un.sun_family = AF_UNIX;
	memcpy(un.sun_path, path, path_bytes);
	endpoint_format((struct sockaddr *)&un,
	    (socklen_t)(offsetof(struct sockaddr_un, sun_path) + path_bytes),
	    text, sizeof(text));
	return text;
}

static void
test_format(void)
{
	char full[sizeof(((struct sockaddr_un *)0)->sun_path)];
	struct sockaddr strange;
	char text[ENDPOINT_TEXT_BYTES];

	is_text(shown_unix("", 0), "unix:", "an unnamed unix peer");
	is_text(shown_unix("", 1), "unix:", "with a terminator");
	is_text(shown_unix("\0name", 5), "unix:@name", "an abstract one");
	memset(full, 'x', sizeof(full));
	is_int(strlen(shown_unix(full, sizeof(full))), 5 + sizeof(full),
	    "a path without a terminator");
	memset(&strange, 0, sizeof(strange));
	strange.sa_family = 250;
	endpoint_format(&strange, sizeof(strange), text, sizeof(text));
	is_text(text, "unknown", "another family");
	endpoint_format(&strange, 0, text, sizeof(text));
	is_text(text, "unknown", "no address at all");
	(void)endpoint_parse("127.0.0.1:7007", found, &e);
	endpoint_format((struct sockaddr *)&found[0].address, found[0].length,
	    text, 8);
	is_text(text, "127.0.0", "what does not fit is cut");
}

static bool
equal(const char *a, const char *b)
{
	struct endpoint x[ENDPOINTS_PER_ADDRESS], y[ENDPOINTS_PER_ADDRESS];

	rig_require(endpoint_parse(a, x, &e) > 0, a);
	rig_require(endpoint_parse(b, y, &e) > 0, b);
	/* What is not address must not count. */
	((char *)&x[0].address)[sizeof(x[0].address) - 1] = 1;
	return endpoint_equal((struct sockaddr *)&x[0].address,
	    (struct sockaddr *)&y[0].address);
}

static void
test_equal(void)
{
	ok(equal("127.0.0.1:7", "127.0.0.1:07"), "equal: IPv4");
	ok(!equal("127.0.0.1:7", "127.0.0.1:8"), "not: another port");
	ok(!equal("127.0.0.1:7", "127.0.0.2:7"), "not: another address");
	ok(equal("[::1]:7", "[0::1]:7"), "equal: IPv6");
	ok(!equal("[::1]:7", "[::1]:8"), "not: another port");
	ok(!equal("[::1]:7", "[::2]:7"), "not: another address");
	ok(!equal("[fe80::1%1]:7", "[fe80::1%2]:7"), "not: another scope");
	ok(!equal("[::]:7", "0.0.0.0:7"), "not: another family");
	ok(equal("unix:/a", "unix:/a"), "equal: unix");
	ok(!equal("unix:/a", "unix:/ab"), "not: another path");
}

static void
test_set_port(void)
{
	(void)endpoint_parse("[::1]:0", found, &e);
	endpoint_set_port(&found[0], 65535);
	is_text(shown(&found[0]), "[::1]:65535", "a port can be set: IPv6");
	(void)endpoint_parse("127.0.0.1:0", found, &e);
	endpoint_set_port(&found[0], 256);
	is_text(shown(&found[0]), "127.0.0.1:256", "IPv4");
	(void)endpoint_parse("unix:/a", found, &e);
	endpoint_set_port(&found[0], 7);
	is_text(shown(&found[0]), "unix:/a", "a unix address has none");
}

int
main(void)
{
	(void)alarm(RIG_DEADLINE_S);
	test_good();
	test_normalised();
	test_any();
	test_name();
	test_service();
	test_bad_form();
	test_bad_host();
	test_bad_port();
	test_unix();
	test_format();
	test_equal();
	test_set_port();
	return tap_done();
}
