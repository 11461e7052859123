/*
 * JSON, piece by piece.
 * Runs in: every process.
 */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"

void
json_begin(struct json *json, char *text, size_t room)
{
	*json = (struct json) { .text = text, .room = room };
	text[0] = '\0';
}

void
json_taken(struct json *json)
{
	json->length = 0;
	json->full = false;
	json->text[0] = '\0';
}

static void
put(struct json *json, const char *bytes, size_t count)
{
	if (count >= json->room - json->length) {
		json->full = true;
		return;
	}
	memcpy(json->text + json->length, bytes, count);
	json->length += count;
	json->text[json->length] = '\0';
}

size_t
json_character(const char *at)
{
	const unsigned char *s = (const unsigned char *)at;
	static const struct {
		unsigned char first, last, low, high; /* of the second byte */
		size_t length;
	} forms[] = {
		{ 0x20, 0x7e, 0, 0, 1 },
		{ 0xc2, 0xdf, 0x80, 0xbf, 2 },
		{ 0xe0, 0xe0, 0xa0, 0xbf, 3 },
		{ 0xe1, 0xec, 0x80, 0xbf, 3 },
		{ 0xed, 0xed, 0x80, 0x9f, 3 },
		{ 0xee, 0xef, 0x80, 0xbf, 3 },
		{ 0xf0, 0xf0, 0x90, 0xbf, 4 },
		{ 0xf1, 0xf3, 0x80, 0xbf, 4 },
		{ 0xf4, 0xf4, 0x80, 0x8f, 4 },
	};
	size_t i, k;

	for (i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		if (s[0] < forms[i].first || s[0] > forms[i].last)
			continue;
		if (forms[i].length == 1)
			return 1;
		if (s[1] < forms[i].low || s[1] > forms[i].high)
			return 0;
		for (k = 2; k < forms[i].length; k++)
			if ((s[k] & 0xc0) != 0x80)
				return 0;
		return forms[i].length;
	}
	return 0;
}

static void
put_escaped(struct json *json, unsigned char c)
{
	char text[8];

	(void)snprintf(text, sizeof(text), "\\u%04x", c);
	put(json, text, strlen(text));
}

static void
put_text(struct json *json, const char *text)
{
	const char *at = text;
	size_t length;

	put(json, "\"", 1);
	while (*at != '\0') {
		length = json_character(at);
		if (*at == '"' || *at == '\\')
			put(json, "\\", 1);
		if (length == 0)
			put_escaped(json, (unsigned char)*at);
		else
			put(json, at, length);
		at += length > 0 ? length : 1;
	}
	put(json, "\"", 1);
}

static void
put_name(struct json *json, const char *name)
{
	if (json->comma)
		put(json, ",", 1);
	json->comma = true;
	if (name == NULL)
		return;
	put_text(json, name);
	put(json, ":", 1);
}

void
json_open(struct json *json, const char *name, char bracket)
{
	put_name(json, name);
	put(json, &bracket, 1);
	json->comma = false;
}

void
json_close(struct json *json, char bracket)
{
	put(json, &bracket, 1);
	json->comma = true;
}

void
json_number(struct json *json, const char *name, int64_t number)
{
	char text[24];

	(void)snprintf(text, sizeof(text), "%" PRId64, number);
	put_name(json, name);
	put(json, text, strlen(text));
}

void
json_thousandths(struct json *json, const char *name, int64_t number)
{
	uint64_t size = number < 0 ? -(uint64_t)number : (uint64_t)number;
	char text[32];

	(void)snprintf(text, sizeof(text), "%s%" PRIu64 ".%03u",
	    number < 0 ? "-" : "", size / 1000, (unsigned)(size % 1000));
	put_name(json, name);
	put(json, text, strlen(text));
}

void
json_text(struct json *json, const char *name, const char *text)
{
	if (text == NULL) {
		json_null(json, name);
		return;
	}
	put_name(json, name);
	put_text(json, text);
}

void
json_bool(struct json *json, const char *name, bool value)
{
	put_name(json, name);
	put(json, value ? "true" : "false", value ? 4 : 5);
}

void
json_null(struct json *json, const char *name)
{
	put_name(json, name);
	put(json, "null", 4);
}
