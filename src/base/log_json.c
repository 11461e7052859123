/*
 * A log line as JSON, made without stdio: base/json.c is not for signal
 * handlers.
 * Runs in: every process.
 */
#include "config.h"

#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/json.h"
#include "base/log_json.h"
#include "base/log_line.h"
#include "base/log_state.h"
#include "base/safe_text.h"

/* "} */
#define END_BYTES 2
/* Of a program or service, with its escapes; longer ones are cut. */
#define NAME_BYTES 96

static const char digits[] = "0123456789abcdef";

/* One character of the text: as it is, or its escape in `escape`. */
static const char *
escaped(const char *at, size_t *length, char escape[6])
{
	unsigned char byte = (unsigned char)*at;

	if (byte == '"' || byte == '\\') {
		escape[0] = '\\';
		escape[1] = *at;
		*length = 2;
		return escape;
	}
	*length = json_character(at);
	if (*length > 0)
		return at;
	memcpy(escape, "\\u00", 4);
	escape[4] = digits[byte >> 4];
	escape[5] = digits[byte & 15];
	*length = 6;
	return escape;
}

static void
put_text(char *line, size_t room, size_t *used, const char *text, size_t bytes)
{
	const char *at = text, *piece;
	char escape[6];
	size_t length;

	while (at < text + bytes) {
		piece = escaped(at, &length, escape);
		if (*used + length > room)
			return;
		memcpy(line + *used, piece, length);
		*used += length;
		at += piece == at ? length : 1;
	}
}

/* Of a name: letters, digits and little else, as a rule. */
static void
put_name(struct safe_text *head, const char *name)
{
	size_t used = 0;
	char text[NAME_BYTES];

	safe_put(head, "\"");
	put_text(text, sizeof(text), &used, name, strlen(name));
	safe_put_bytes(head, text, used);
	safe_put(head, "\"");
}

static void
put_worker(struct safe_text *head)
{
	if (log_state.service == NULL) {
		safe_put(head,
		    ",\"service\":null,\"slot\":null,\"generation\":null");
		return;
	}
	safe_put(head, ",\"service\":");
	put_name(head, log_state.service);
	safe_put(head, ",\"slot\":");
	safe_put_number(head, log_state.slot);
	safe_put(head, ",\"generation\":");
	safe_put_number(head, log_state.generation);
}

static void
put_head(struct safe_text *head, const struct msg_info *info)
{
	char stamp[LOG_STAMP_BYTES];
	struct timespec now = { 0, 0 };

	(void)clock_gettime(CLOCK_REALTIME, &now);
	log_stamp_file(stamp, &now);
	/* Its last byte is a blank. */
	stamp[strlen(stamp) - 1] = '\0';
	safe_put(head, "{\"time\":\"");
	safe_put(head, stamp);
	safe_put(head, "\",\"level\":\"");
	safe_put(head, msg_level_name(info->level));
	safe_put(head, "\",\"id\":\"PF");
	safe_put_digits(head, (uint64_t)info->id, 4);
	safe_put(head, "\",\"program\":");
	put_name(head, log_state.ident);
	safe_put(head, ",\"pid\":");
	safe_put_number(head, getpid());
	put_worker(head);
	safe_put(head, ",\"text\":\"");
}

void
log_json_append(char *line, size_t room, size_t *used,
    const struct msg_info *info, const char *text, size_t bytes)
{
	struct safe_text head;

	safe_begin(&head);
	put_head(&head, info);
	memcpy(line + *used, head.bytes, head.used);
	*used += head.used;
	put_text(line, room - END_BYTES, used, text, bytes);
	memcpy(line + *used, "\"}", END_BYTES);
	*used += END_BYTES;
}
