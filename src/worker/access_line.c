/*
 * Fields of the access log as text and as JSON.  Each field becomes a value of
 * one of three kinds first, so that both formats say the same.
 * Runs in: worker.
 */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/log_line.h"
#include "worker/access_line.h"

enum kind { KIND_TEXT, KIND_NUMBER, KIND_MS };

struct value {
	enum kind kind;
	const char *text; /* NULL: none */
	int64_t number;	  /* KIND_MS: microseconds; ACCESS_NONE: none */
	char room[LOG_STAMP_BYTES];
};

static void
set_text(struct value *value, const char *text)
{
	value->kind = KIND_TEXT;
	value->text = text;
	if (text != NULL && text[0] == '\0')
		value->text = NULL;
}

static void
set_time(struct value *value, const struct timespec *time)
{
	log_stamp_file(value->room, time);
	/* Its last byte is a blank. */
	value->room[strlen(value->room) - 1] = '\0';
	set_text(value, value->room);
}

static void
set_result(struct value *value, const struct access_entry *entry)
{
	(void)snprintf(value->room, sizeof(value->room), "error:%d",
	    entry->result);
	if (entry->timed_out)
		set_text(value, "timeout");
	else
		set_text(value, entry->result == 0 ? "ok" : value->room);
}

/* Where it is a number that the entry has. */
static bool
look_up_number(struct value *value, enum access_field field,
    const struct access_entry *entry)
{
	const int64_t numbers[ACCESS_FIELDS] = {
		[ACCESS_SLOT] = entry->slot,
		[ACCESS_PID] = entry->pid,
		[ACCESS_GENERATION] = entry->generation,
		[ACCESS_CONNECTION] = (int64_t)entry->connection,
		[ACCESS_BYTES_IN] = entry->received,
		[ACCESS_BYTES_OUT] = entry->sent,
		[ACCESS_FIRST_BYTE] = entry->first_us,
		[ACCESS_DURATION] = entry->duration_us,
	};
	static const bool is_number[ACCESS_FIELDS] = {
		[ACCESS_SLOT] = true,
		[ACCESS_PID] = true,
		[ACCESS_GENERATION] = true,
		[ACCESS_CONNECTION] = true,
		[ACCESS_BYTES_IN] = true,
		[ACCESS_BYTES_OUT] = true,
		[ACCESS_FIRST_BYTE] = true,
		[ACCESS_DURATION] = true,
	};
	bool is_time = field == ACCESS_FIRST_BYTE || field == ACCESS_DURATION;

	value->kind = is_time ? KIND_MS : KIND_NUMBER;
	value->number = numbers[field];
	return is_number[field];
}

static void
look_up(struct value *value, enum access_field field,
    const struct access_entry *entry)
{
	const char *const texts[ACCESS_FIELDS] = {
		[ACCESS_SERVICE] = entry->service,
		[ACCESS_CLIENT] = entry->client,
		[ACCESS_PEER] = entry->peer,
		[ACCESS_LOCAL] = entry->local,
		[ACCESS_NOTE] = entry->note,
	};

	if (field == ACCESS_TIME)
		set_time(value, &entry->time);
	else if (field == ACCESS_RESULT)
		set_result(value, entry);
	else if (!look_up_number(value, field, entry))
		set_text(value, texts[field]);
}

static bool
is_none(const struct value *value)
{
	return value->kind == KIND_TEXT ? value->text == NULL :
					  value->number == ACCESS_NONE;
}

/* ------------------------------------------------------------------- text */

struct text {
	char *bytes;
	size_t used, room;
	bool full;
};

static void
put(struct text *text, const char *bytes, size_t count)
{
	if (text->full || count > text->room - text->used) {
		text->full = true;
		return;
	}
	memcpy(text->bytes + text->used, bytes, count);
	text->used += count;
}

/* Bytes of the visible character at `at`; 0: there is none.  Those from U+0080
 * to U+009F move cursors. */
static size_t
visible(const char *at)
{
	const unsigned char *s = (const unsigned char *)at;

	if (s[0] == 0xc2 && s[1] < 0xa0)
		return 0;
	return json_character(at);
}

/* A lone - would say that there is none. */
static bool
is_word(const char *value)
{
	const char *at;

	for (at = value; *at > ' ' && *at < 0x7f; at++)
		if (strchr("\"\\=", *at) != NULL)
			return false;
	return *at == '\0' && strcmp(value, "-") != 0;
}

static void
put_quoted(struct text *text, const char *value)
{
	const char *at = value;
	char escape[8];
	size_t length;

	put(text, "\"", 1);
	while (*at != '\0') {
		length = visible(at);
		if (*at == '"' || *at == '\\')
			put(text, "\\", 1);
		if (length > 0) {
			put(text, at, length);
			at += length;
			continue;
		}
		(void)snprintf(escape, sizeof(escape), "\\x%02X",
		    (unsigned char)*at++);
		put(text, escape, 4);
	}
	put(text, "\"", 1);
}

static void
put_number(struct text *text, const struct value *value)
{
	char number[32];
	int length = value->kind == KIND_MS ?
	    snprintf(number, sizeof(number), "%" PRId64 ".%03d",
		value->number / 1000, (int)(value->number % 1000)) :
	    snprintf(number, sizeof(number), "%" PRId64, value->number);

	put(text, number, (size_t)length);
}

static void
put_value(struct text *text, const struct value *value)
{
	if (is_none(value))
		put(text, "-", 1);
	else if (value->kind != KIND_TEXT)
		put_number(text, value);
	else if (is_word(value->text))
		put(text, value->text, strlen(value->text));
	else
		put_quoted(text, value->text);
}

static size_t
text_line(const struct access_settings *access,
    const struct access_entry *entry, char *line, size_t room)
{
	struct text text = { .bytes = line, .room = room };
	struct value value;
	const char *name;
	unsigned i;

	for (i = 0; i < access->field_count; i++) {
		name = access_field_name(access->fields[i]);
		look_up(&value, access->fields[i], entry);
		put(&text, " ", i > 0 ? 1 : 0);
		put(&text, name, strlen(name));
		put(&text, "=", 1);
		put_value(&text, &value);
	}
	return text.full ? 0 : text.used;
}

/* ------------------------------------------------------------------- JSON */

static void
json_value(struct json *json, const char *name, const struct value *value)
{
	if (is_none(value))
		json_null(json, name);
	else if (value->kind == KIND_TEXT)
		json_text(json, name, value->text);
	else if (value->kind == KIND_MS)
		json_thousandths(json, name, value->number);
	else
		json_number(json, name, value->number);
}

static size_t
json_line(const struct access_settings *access,
    const struct access_entry *entry, char *line, size_t room)
{
	struct value value;
	struct json json;
	unsigned i;

	json_begin(&json, line, room);
	json_open(&json, NULL, '{');
	for (i = 0; i < access->field_count; i++) {
		look_up(&value, access->fields[i], entry);
		json_value(&json, access_field_name(access->fields[i]), &value);
	}
	json_close(&json, '}');
	return json.full ? 0 : json.length;
}

size_t
access_line(const struct access_settings *access,
    const struct access_entry *entry, char line[ACCESS_LINE_BYTES])
{
	const size_t room = ACCESS_LINE_BYTES - 1;
	size_t used = access->format == LOG_FORMAT_JSON ?
	    json_line(access, entry, line, room) :
	    text_line(access, entry, line, room);

	if (used > 0)
		line[used++] = '\n';
	return used;
}
