/*
 * The fields behind the addresses of a PROXY header of version 2.  What they
 * say is for handlers; but a header whose fields or checksum are wrong is not
 * to be trusted in its addresses either.
 * Runs in: worker.
 */
#include "config.h"

#include "admission/proxy_parts.h"

#define FIELD_BYTES   3 /* type and length */
#define UNIQUE_ID_MAX 128
/* Before the fields within a field of TLS: a byte of bits, a result. */
#define TLS_BYTES 5

enum { FIELD_CRC32C = 0x03, FIELD_UNIQUE_ID = 0x05, FIELD_TLS = 0x20 };

/* CRC-32C (Castagnoli), bits reversed. */
#define POLYNOMIAL UINT32_C(0x82f63b78)

/* The checksum is of the header with zeros in its place. */
static uint32_t
checksum(const uint8_t *bytes, size_t count, size_t place)
{
	uint32_t crc = UINT32_MAX;
	size_t i;
	int bit;

	for (i = 0; i < count; i++) {
		if (i < place || i >= place + sizeof(crc))
			crc ^= bytes[i];
		for (bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ ((crc & 1) != 0 ? POLYNOMIAL : 0);
	}
	return ~crc;
}

static uint32_t
number_at(const uint8_t *at)
{
	return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 |
	    (uint32_t)at[2] << 8 | at[3];
}

/* Length of the field at `at` with its head, or 0 when `left` is too few. */
static size_t
field_bytes(const uint8_t *at, size_t left)
{
	size_t length;

	if (left < FIELD_BYTES)
		return 0;
	length = FIELD_BYTES + ((size_t)at[1] << 8 | at[2]);
	return length <= left ? length : 0;
}

static bool
are_whole(const uint8_t *at, size_t left)
{
	size_t length;

	for (; left > 0; at += length, left -= length) {
		length = field_bytes(at, left);
		if (length == 0)
			return false;
	}
	return true;
}

static const char *
check_crc(const uint8_t *bytes, size_t count, size_t place, size_t length)
{
	if (length != sizeof(uint32_t))
		return "its checksum has not 4 bytes";
	if (number_at(bytes + place) != checksum(bytes, count, place))
		return "its checksum is wrong";
	return NULL;
}

static const char *
check_tls(const uint8_t *at, size_t length)
{
	if (length < TLS_BYTES ||
	    !are_whole(at + TLS_BYTES, length - TLS_BYTES))
		return "its field of TLS is cut short";
	return NULL;
}

/* The field's value is at `place`. */
static const char *
check_field(const uint8_t *bytes, size_t count, size_t place, size_t length)
{
	switch (bytes[place - FIELD_BYTES]) {
	case FIELD_CRC32C:
		return check_crc(bytes, count, place, length);
	case FIELD_UNIQUE_ID:
		return length > UNIQUE_ID_MAX ?
		    "its identifier is longer than 128 bytes" :
		    NULL;
	case FIELD_TLS:
		return check_tls(bytes + place, length);
	default:
		return NULL;
	}
}

const char *
proxy_check_fields(const uint8_t *bytes, size_t count, size_t offset)
{
	const char *reason = NULL;
	size_t length;

	if (!are_whole(bytes + offset, count - offset))
		return "a field is cut short";
	for (; offset < count && reason == NULL; offset += length) {
		length = field_bytes(bytes + offset, count - offset);
		reason = check_field(bytes, count, offset + FIELD_BYTES,
		    length - FIELD_BYTES);
	}
	return reason;
}

/* Its head, among fields that were found whole. */
static const uint8_t *
find(const uint8_t *at, size_t left, unsigned type)
{
	size_t length;

	for (; left > 0; at += length, left -= length) {
		length = field_bytes(at, left);
		if (length == 0)
			return NULL;
		if (at[0] == type)
			return at;
	}
	return NULL;
}

const uint8_t *
proxy_find_field(const struct proxy_header *header, unsigned type,
    size_t *length)
{
	bool is_of_tls = type >= PROXY_TLS_FIRST && type <= PROXY_TLS_LAST;
	const uint8_t *at = find(header->fields, header->fields_bytes,
	    is_of_tls ? FIELD_TLS : type);

	if (at != NULL && is_of_tls)
		at = find(at + FIELD_BYTES + TLS_BYTES,
		    ((size_t)at[1] << 8 | at[2]) - TLS_BYTES, type);
	if (at == NULL)
		return NULL;
	*length = (size_t)at[1] << 8 | at[2];
	return at + FIELD_BYTES;
}
