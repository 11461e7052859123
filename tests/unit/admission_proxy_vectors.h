/*
 * PROXY headers, good and bad, with what is to be read from them.
 * Runs in: a test.
 */
#ifndef PREFORK_TESTS_ADMISSION_PROXY_VECTORS_H
#define PREFORK_TESTS_ADMISSION_PROXY_VECTORS_H

#include "admission/proxy.h"

struct vector {
	const char *what;
	const char *bytes;
	size_t count;
	size_t more;	  /* zeros behind them */
	const char *peer; /* or NULL: the connection's own */
	const char *local;
	const char *reason; /* NULL: it is good */
};

/* clang-format off */
/* The last two are peer and local. */
#define GOOD(what, bytes, ...) \
	{ what, bytes, sizeof(bytes) - 1, 0, __VA_ARGS__, NULL }
#define OWN(what, bytes) GOOD(what, bytes, NULL, NULL)
#define PADDED(what, bytes, zeros, ...) \
	{ what, bytes, sizeof(bytes) - 1, zeros, __VA_ARGS__, NULL }
#define BAD(what, bytes, reason) \
	{ what, bytes, sizeof(bytes) - 1, 0, NULL, NULL, reason }
#define BAD_PADDED(what, bytes, zeros, reason) \
	{ what, bytes, sizeof(bytes) - 1, zeros, NULL, NULL, reason }

#define SIG "\r\n\r\n\0\r\nQUIT\n"
#define V4 "\xc0\x00\x02\x01\xc6\x33\x64\x07\x12\x67\x01\xbb"
#define V4_ENDS "192.0.2.1:4711", "198.51.100.7:443"
#define HOST_A "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01"
#define HOST_B "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x02"
#define V6 HOST_A HOST_B "\x12\x67\x01\xbb"
#define V6_ENDS "[2001:db8::1]:4711", "[2001:db8::2]:443"
#define TEN "\0\0\0\0\0\0\0\0\0\0"
#define HUNDRED TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN
/* 8 bytes and 100 zeros. */
#define UNIX_A "/tmp/cli" HUNDRED
#define UNIX_B "/tmp/srv" HUNDRED
#define NO_NAME HUNDRED "\0\0\0\0\0\0\0\0"
#define X10 "xxxxxxxxxx"
#define X80 X10 X10 X10 X10 X10 X10 X10 X10
#define X108 X80 X10 X10 "xxxxxxxx"

#define NO_HEADER "it does not begin with one"
#define NO_FAMILY "version 1 names no family"
#define BAD_V4 "an IPv4 address of version 1 is wrong"
#define BAD_V6 "an IPv6 address of version 1 is wrong"
#define BAD_PORT "a port of version 1 is wrong"
#define BARE_CR "the line of version 1 has a bare CR"
#define NO_END "the line of version 1 has no end"
#define CUT_FIELD "a field is cut short"
#define CUT_TLS "its field of TLS is cut short"
#define NO_ROOM "it has no room for its addresses"
#define BAD_SUM "its checksum is wrong"

static const struct vector vectors[] = {
	/* version 1 */
	GOOD("TCP4", "PROXY TCP4 192.0.2.1 198.51.100.7 4711 443\r\n", V4_ENDS),
	GOOD("TCP4, shortest", "PROXY TCP4 1.1.1.1 2.2.2.2 3 4\r\n",
	    "1.1.1.1:3", "2.2.2.2:4"),
	GOOD("TCP4, longest", "PROXY TCP4 255.255.255.255 255.255.255.255 "
	    "65535 65535\r\n", "255.255.255.255:65535",
	    "255.255.255.255:65535"),
	GOOD("TCP4, port 0", "PROXY TCP4 0.0.0.0 0.0.0.0 0 0\r\n",
	    "0.0.0.0:0", "0.0.0.0:0"),
	GOOD("TCP6", "PROXY TCP6 2001:db8::1 2001:db8::2 4711 443\r\n",
	    V6_ENDS),
	GOOD("TCP6, longest", "PROXY TCP6 "
	    "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff "
	    "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535\r\n",
	    "[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:65535",
	    "[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:65535"),
	GOOD("TCP6, large letters", "PROXY TCP6 2001:DB8::1 2001:dB8::2 "
	    "4711 443\r\n", V6_ENDS),
	GOOD("TCP6, IPv4 within", "PROXY TCP6 ::ffff:192.0.2.1 "
	    "::ffff:198.51.100.7 4711 443\r\n", V4_ENDS),
	GOOD("TCP6, nobody", "PROXY TCP6 :: :: 1 2\r\n", "[::]:1", "[::]:2"),
	OWN("UNKNOWN", "PROXY UNKNOWN\r\n"),
	OWN("UNKNOWN and a space", "PROXY UNKNOWN \r\n"),
	OWN("UNKNOWN with addresses",
	    "PROXY UNKNOWN ffff::1 ffff::2 65535 65535\r\n"),
	OWN("UNKNOWN with rubbish", "PROXY UNKNOWN a\rb\nc\0d\xff\r\r\n"),
	OWN("UNKNOWN, 107 bytes", "PROXY UNKNOWN " X80 X10 "x\r\n"),
	BAD("UNKNOWN, 108 bytes", "PROXY UNKNOWN " X80 X10 "xx\r\n", NO_END),
	BAD("UNKNOWN, 107 bytes without an end", "PROXY UNKNOWN " X80 X10 "xxx",
	    NO_END),
	BAD("UNKNOWN without an end", "PROXY UNKNOWN " X80 X80, NO_END),
	BAD("UNKNOWN in one word", "PROXY UNKNOWNS\r\n", NO_FAMILY),
	BAD("UNKNOWN, LF only", "PROXY UNKNOWN\n", NO_FAMILY),
	BAD("UNKNOWN, CR and no LF", "PROXY UNKNOWN\rx", NO_FAMILY),
	BAD("small letters", "proxy TCP4 1.1.1.1 2.2.2.2 3 4\r\n", NO_HEADER),
	BAD("small family", "PROXY tcp4 1.1.1.1 2.2.2.2 3 4\r\n", NO_FAMILY),
	BAD("two spaces", "PROXY  TCP4 1.1.1.1 2.2.2.2 3 4\r\n", NO_FAMILY),
	BAD("two spaces later", "PROXY TCP4  1.1.1.1 2.2.2.2 3 4\r\n", BAD_V4),
	BAD("two spaces at the end", "PROXY TCP4 1.1.1.1 2.2.2.2 3  4\r\n",
	    BAD_PORT),
	BAD("a space at the end", "PROXY TCP4 1.1.1.1 2.2.2.2 3 4 \r\n",
	    BAD_PORT),
	BAD("a tab", "PROXY\tTCP4 1.1.1.1 2.2.2.2 3 4\r\n", NO_HEADER),
	BAD("TCP5", "PROXY TCP5 1.1.1.1 2.2.2.2 3 4\r\n", NO_FAMILY),
	BAD("TCP", "PROXY TCP 1.1.1.1 2.2.2.2 3 4\r\n", NO_FAMILY),
	BAD("UDP4", "PROXY UDP4 1.1.1.1 2.2.2.2 3 4\r\n", NO_FAMILY),
	BAD("no family", "PROXY \r\n", NO_FAMILY),
	BAD("no addresses", "PROXY TCP4\r\n", NO_FAMILY),
	BAD("a leading zero", "PROXY TCP4 1.1.1.01 2.2.2.2 3 4\r\n", BAD_V4),
	BAD("256", "PROXY TCP4 1.1.1.256 2.2.2.2 3 4\r\n", BAD_V4),
	BAD("three numbers", "PROXY TCP4 1.1.1 2.2.2.2 3 4\r\n", BAD_V4),
	BAD("five numbers", "PROXY TCP4 1.1.1.1.1 2.2.2.2 3 4\r\n", BAD_V4),
	BAD("a hexadecimal number", "PROXY TCP4 0x1.1.1.1 2.2.2.2 3 4\r\n",
	    BAD_V4),
	BAD("a long address", "PROXY TCP4 100.100.100.1000 2.2.2.2 3 4\r\n",
	    BAD_V4),
	BAD("a NUL", "PROXY TCP4 1.1.1.1\0 2.2.2.2 3 4\r\n", BAD_V4),
	BAD("a name", "PROXY TCP4 localhost 2.2.2.2 3 4\r\n", BAD_V4),
	BAD("TCP4 with IPv6", "PROXY TCP4 ::1 ::1 3 4\r\n", BAD_V4),
	BAD("the second address", "PROXY TCP4 1.1.1.1 2.2.2.x 3 4\r\n",
	    BAD_V4),
	BAD("TCP6 with IPv4", "PROXY TCP6 1.1.1.1 2.2.2.2 3 4\r\n", BAD_V6),
	BAD("TCP6, nine groups", "PROXY TCP6 1:2:3:4:5:6:7:8:9 ::1 3 4\r\n",
	    BAD_V6),
	BAD("TCP6, two gaps", "PROXY TCP6 1::2::3 ::1 3 4\r\n", BAD_V6),
	BAD("TCP6, five digits", "PROXY TCP6 12345:: ::1 3 4\r\n", BAD_V6),
	BAD("TCP6, a scope", "PROXY TCP6 fe80::1%lo ::1 3 4\r\n", BAD_V6),
	BAD("TCP6, brackets", "PROXY TCP6 [::1] [::1] 3 4\r\n", BAD_V6),
	BAD("port 65536", "PROXY TCP4 1.1.1.1 2.2.2.2 65536 4\r\n", BAD_PORT),
	BAD("port 99999", "PROXY TCP4 1.1.1.1 2.2.2.2 3 99999\r\n", BAD_PORT),
	BAD("port 03", "PROXY TCP4 1.1.1.1 2.2.2.2 03 4\r\n", BAD_PORT),
	BAD("port 00", "PROXY TCP4 1.1.1.1 2.2.2.2 3 00\r\n", BAD_PORT),
	BAD("port +3", "PROXY TCP4 1.1.1.1 2.2.2.2 +3 4\r\n", BAD_PORT),
	BAD("port -3", "PROXY TCP4 1.1.1.1 2.2.2.2 -3 4\r\n", BAD_PORT),
	BAD("no first port", "PROXY TCP4 1.1.1.1 2.2.2.2  4\r\n", BAD_PORT),
	BAD("no second port", "PROXY TCP4 1.1.1.1 2.2.2.2 3\r\n", BAD_PORT),
	BAD("an empty second port", "PROXY TCP4 1.1.1.1 2.2.2.2 3 \r\n",
	    BAD_PORT),
	BAD("LF only", "PROXY TCP4 1.1.1.1 2.2.2.2 3 4\n", BAD_PORT),
	BAD("CR only", "PROXY TCP4 1.1.1.1 2.2.2.2 3 4\rGET", BARE_CR),
	/* version 2 */
	GOOD("INET", SIG "\x21\x11\x00\x0c" V4, V4_ENDS),
	GOOD("INET6", SIG "\x21\x21\x00\x24" V6, V6_ENDS),
	GOOD("INET6, IPv4 within", SIG "\x21\x21\x00\x24"
	    TEN "\xff\xff\xc0\x00\x02\x01" TEN "\xff\xff\xc6\x33\x64\x07"
	    "\x12\x67\x01\xbb", V4_ENDS),
	GOOD("UNIX", SIG "\x21\x31\x00\xd8" UNIX_A UNIX_B, "unix:/tmp/cli",
	    "unix:/tmp/srv"),
	GOOD("UNIX without names", SIG "\x21\x31\x00\xd8" NO_NAME NO_NAME,
	    "unix:", "unix:"),
	GOOD("UNIX, longest name", SIG "\x21\x31\x00\xd8" X108 UNIX_B,
	    "unix:" X108, "unix:/tmp/srv"),
	OWN("INET, datagrams", SIG "\x21\x12\x00\x0c" V4),
	OWN("INET6, datagrams", SIG "\x21\x22\x00\x24" V6),
	OWN("UNIX, datagrams", SIG "\x21\x32\x00\xd8" UNIX_A UNIX_B),
	OWN("UNSPEC", SIG "\x21\x00\x00\x00"),
	OWN("UNSPEC with data", SIG "\x21\x00\x00\x05hello"),
	OWN("LOCAL", SIG "\x20\x00\x00\x00"),
	OWN("LOCAL with addresses", SIG "\x20\x11\x00\x0c" V4),
	OWN("LOCAL with data", SIG "\x20\x00\x00\x04\x01\xff\xff\x00"),
	OWN("LOCAL with no room for its family", SIG "\x20\x21\x00\x01x"),
	OWN("LOCAL of any family", SIG "\x20\xff\x00\x02xx"),
	PADDED("LOCAL, longest", SIG "\x20\x00\x0f\xf0", 4080, NULL, NULL),
	BAD_PADDED("LOCAL, too long", SIG "\x20\x00\x0f\xf1", 4081,
	    "it is longer than 4096 bytes"),
	BAD_PADDED("INET, far too long", SIG "\x21\x11\xff\xff" V4, 65523,
	    "it is longer than 4096 bytes"),
	PADDED("INET, longest", SIG "\x21\x11\x0f\xf0" V4 "\x04\x0f\xe1",
	    4065, V4_ENDS),
	GOOD("ALPN", SIG "\x21\x11\x00\x11" V4 "\x01\x00\x02h2", V4_ENDS),
	GOOD("AUTHORITY", SIG "\x21\x11\x00\x12" V4 "\x02\x00\x03" "a.b",
	    V4_ENDS),
	GOOD("NOOP", SIG "\x21\x11\x00\x0f" V4 "\x04\x00\x00", V4_ENDS),
	GOOD("NETNS", SIG "\x21\x11\x00\x13" V4 "\x30\x00\x04" "blue",
	    V4_ENDS),
	GOOD("custom fields", SIG "\x21\x11\x00\x14" V4
	    "\xe0\x00\x01x\xea\x00\x01y", V4_ENDS),
	GOOD("a field that nobody knows", SIG "\x21\x11\x00\x10" V4
	    "\x77\x00\x01x", V4_ENDS),
	GOOD("an identifier", SIG "\x21\x11\x00\x10" V4 "\x05\x00\x01x",
	    V4_ENDS),
	PADDED("an identifier of 128 bytes", SIG "\x21\x11\x00\x8f" V4
	    "\x05\x00\x80", 128, V4_ENDS),
	BAD_PADDED("an identifier of 129 bytes", SIG "\x21\x11\x00\x90" V4
	    "\x05\x00\x81", 129, "its identifier is longer than 128 bytes"),
	GOOD("TLS", SIG "\x21\x11\x00\x1e" V4
	    "\x20\x00\x0f\x07\0\0\0\0\x21\x00\x07TLSv1.3", V4_ENDS),
	GOOD("TLS, no more than the result", SIG "\x21\x11\x00\x14" V4
	    "\x20\x00\x05\x01\0\0\0\0", V4_ENDS),
	BAD("TLS, too short", SIG "\x21\x11\x00\x13" V4
	    "\x20\x00\x04\x01\0\0\0", CUT_TLS),
	BAD("TLS, a field within is cut", SIG "\x21\x11\x00\x1d" V4
	    "\x20\x00\x0e\x07\0\0\0\0\x21\x00\x07TLSv1.", CUT_TLS),
	GOOD("a checksum", SIG "\x21\x11\x00\x13" V4
	    "\x03\x00\x04\xea\x19\xcf\x5a", V4_ENDS),
	GOOD("a checksum between fields", SIG "\x21\x11\x00\x1e" V4
	    "\x02\x00\x03" "a.b" "\x03\x00\x04\x42\x1c\x43\x72"
	    "\x04\x00\x02\0\0", V4_ENDS),
	GOOD("a checksum, IPv6", SIG "\x21\x21\x00\x2b" V6
	    "\x03\x00\x04\xab\xf0\xa7\xd9", V6_ENDS),
	BAD("a wrong checksum", SIG "\x21\x11\x00\x13" V4
	    "\x03\x00\x04\xea\x19\xcf\x5b", BAD_SUM),
	BAD("a checksum of zeros", SIG "\x21\x11\x00\x13" V4
	    "\x03\x00\x04\0\0\0\0", BAD_SUM),
	BAD("a checksum of another header", SIG "\x21\x11\x00\x13"
	    "\xc0\x00\x02\x01\xc6\x33\x64\x07\x12\x67\x01\xbc"
	    "\x03\x00\x04\xea\x19\xcf\x5a", BAD_SUM),
	BAD("two checksums", SIG "\x21\x11\x00\x1a" V4
	    "\x03\x00\x04\xde\xbc\xdd\x8d\x03\x00\x04\xde\xbc\xdd\x8d",
	    BAD_SUM),
	BAD("a short checksum", SIG "\x21\x11\x00\x12" V4
	    "\x03\x00\x03\xea\x19\xcf", "its checksum has not 4 bytes"),
	BAD("a field's head is cut", SIG "\x21\x11\x00\x0e" V4 "\x01\x00",
	    CUT_FIELD),
	BAD("a field's value is cut", SIG "\x21\x11\x00\x10" V4
	    "\x01\x00\x02h", CUT_FIELD),
	BAD("a wrong field of datagrams", SIG "\x21\x12\x00\x0d" V4 "\x01",
	    CUT_FIELD),
	BAD("version 1 in binary", SIG "\x11\x11\x00\x0c" V4,
	    "the version is neither 1 nor 2"),
	BAD("version 3", SIG "\x31\x11\x00\x0c" V4,
	    "the version is neither 1 nor 2"),
	BAD("command 2", SIG "\x22\x11\x00\x0c" V4, "the command is unknown"),
	BAD("family 4", SIG "\x21\x41\x00\x0c" V4, "the family is unknown"),
	BAD("UNSPEC stream", SIG "\x21\x01\x00\x00", "the family is unknown"),
	BAD("INET of no transport", SIG "\x21\x10\x00\x0c" V4,
	    "the family is unknown"),
	BAD("INET, too short", SIG "\x21\x11\x00\x0b" V4, NO_ROOM),
	BAD("INET6, too short", SIG "\x21\x21\x00\x0c" V4, NO_ROOM),
	BAD("UNIX, too short", SIG "\x21\x31\x00\xd7" UNIX_A UNIX_B, NO_ROOM),
	BAD("UNIX, nothing", SIG "\x21\x31\x00\x00", NO_ROOM),
	BAD("INET datagrams, too short", SIG "\x21\x12\x00\x00", NO_ROOM),
	BAD("a wrong signature", "\r\n\r\n\0\r\nQUIT\r\x21\x11\x00\x0c" V4,
	    NO_HEADER),
	/* neither */
	BAD("HTTP", "GET / HTTP/1.0\r\n\r\n", NO_HEADER),
	BAD("a P", "POST / HTTP/1.0\r\n\r\n", NO_HEADER),
	BAD("TLS hello", "\x16\x03\x01\x02\x00\x01", NO_HEADER),
	BAD("an empty line", "\r\n\r\nPROXY", NO_HEADER),
	BAD("a NUL first", "\0", NO_HEADER),
};
/* clang-format on */

#define VECTORS (sizeof(vectors) / sizeof(vectors[0]))

#endif
