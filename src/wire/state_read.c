/*
 * Reading the state.  It comes from another version of ourselves, so nothing
 * in it is believed before it was checked.
 * Runs in: master, rehearsal.
 */
#include "config.h"

#include <sys/stat.h>

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "wire/state.h"

static char *
load(int fd, size_t *bytes)
{
	struct stat st;
	size_t size;
	char *data;
	ssize_t got;

	errno = EINVAL;
	if (fstat(fd, &st) == -1 || !S_ISREG(st.st_mode) || st.st_size <= 0 ||
	    st.st_size > (off_t)STATE_BYTES_MAX)
		return NULL;
	size = (size_t)st.st_size;
	data = malloc(size + 1);
	if (data == NULL)
		return NULL;
	for (*bytes = 0; *bytes < size; *bytes += (size_t)got) {
		got = pread(fd, data + *bytes, size - *bytes, (off_t)*bytes);
		if (got == -1 && errno == EINTR)
			got = 0;
		else if (got <= 0) {
			free(data);
			return NULL;
		}
	}
	data[size] = '\0';
	return data;
}

static int
refuse_part(struct error *e)
{
	return error_set(e, PF_STATE,
	    "the state of the running master is not whole");
}

/* The last line says how many there are before it. */
static bool
is_whole(const char *data, size_t bytes)
{
	const char *line = data, *end;
	char last[40];
	size_t count = 0;

	if (strlen(data) != bytes)
		return false;
	while ((end = strchr(line, '\n')) != NULL && end[1] != '\0') {
		line = end + 1;
		count++;
	}
	(void)snprintf(last, sizeof(last), "end %zu\n", count);
	return strcmp(line, last) == 0;
}

static int
check_head(struct state_reader *reader, struct error *e)
{
	struct state_line line;
	int64_t format;

	if (state_next(reader, &line, e) != 1 ||
	    strcmp(line.keyword, "prefork-state") != 0 ||
	    state_number(&line, 0, 0, INT64_MAX, &format) == -1 ||
	    (reader->version = state_text(&line, 1)) == NULL)
		return error_set(e, PF_STATE,
		    "what the running master left is no state of prefork");
	if (format != STATE_FORMAT)
		return error_set(e, PF_STATE,
		    "the state of the running master, version %s, has format "
		    "%" PRId64 "; this binary reads format %d",
		    reader->version, format, STATE_FORMAT);
	return 0;
}

/* The format first: another one may end in another way. */
int
state_open(struct state_reader *reader, int fd, struct error *e)
{
	size_t bytes = 0;
	bool whole;

	*reader = (struct state_reader) { .data = load(fd, &bytes) };
	if (reader->data == NULL)
		return error_set(e, PF_STATE,
		    "the state of the running master cannot be read: %s",
		    strerror(errno));
	reader->next = reader->data;
	whole = is_whole(reader->data, bytes);
	if (check_head(reader, e) == -1)
		return -1;
	return whole ? 0 : refuse_part(e);
}

void
state_close(struct state_reader *reader)
{
	free(reader->data);
	reader->data = NULL;
}

int
state_refuse(const struct state_line *line, struct error *e)
{
	return error_set(e, PF_STATE,
	    "the state of the running master: line %u (%s) is not well formed",
	    line->number, line->keyword);
}

/* Printable words with one blank between them. */
static bool
is_well_formed(const char *text)
{
	char before = ' ';

	for (; *text != '\0'; before = *text++)
		if (*text < ' ' || *text >= 0x7f ||
		    (*text == ' ' && before == ' '))
			return false;
	return before != ' ';
}

static int
split(struct state_line *line, char *text, struct error *e)
{
	char *blank;

	line->count = 0;
	line->keyword = "?";
	if (!is_well_formed(text))
		return state_refuse(line, e);
	line->keyword = text;
	while ((blank = strchr(text, ' ')) != NULL) {
		*blank = '\0';
		text = blank + 1;
		if (line->count == STATE_WORDS)
			return state_refuse(line, e);
		line->words[line->count++] = text;
	}
	return 1;
}

int
state_next(struct state_reader *reader, struct state_line *line,
    struct error *e)
{
	char *text = reader->next, *end = strchr(text, '\n');

	if (*text == '\0')
		return 0;
	if (end == NULL)
		return refuse_part(e);
	*end = '\0';
	reader->next = end + 1;
	line->number = ++reader->line;
	/* The last one is "end", as state_open has seen. */
	if (end[1] == '\0')
		return 0;
	return split(line, text, e);
}

int
state_number(const struct state_line *line, unsigned index, int64_t min,
    int64_t max, int64_t *out)
{
	char *end;
	intmax_t value;

	if (index >= line->count ||
	    (line->words[index][0] != '-' &&
		(line->words[index][0] < '0' || line->words[index][0] > '9')))
		return -1;
	errno = 0;
	value = strtoimax(line->words[index], &end, 10);
	if (errno != 0 || *end != '\0' || end == line->words[index] ||
	    value < min || value > max)
		return -1;
	*out = (int64_t)value;
	return 0;
}

static int
hex_digit(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *found = c != '\0' ? strchr(digits, c) : NULL;

	return found != NULL ? (int)(found - digits) : -1;
}

/* Two digits; -1 when they are not. */
static int
hex_byte(const char *text)
{
	int high = hex_digit(text[0]);
	int low = high >= 0 ? hex_digit(text[1]) : -1;

	return low >= 0 ? high * 16 + low : -1;
}

char *
state_text(const struct state_line *line, unsigned index)
{
	char *from, *to, *text;
	int byte;

	if (index >= line->count)
		return NULL;
	from = to = text = line->words[index];
	if (strcmp(text, "%") == 0)
		from++;
	while (*from != '\0') {
		if (*from != '%') {
			*to++ = *from++;
			continue;
		}
		byte = hex_byte(from + 1);
		if (byte <= 0)
			return NULL;
		*to++ = (char)byte;
		from += 3;
	}
	*to = '\0';
	return text;
}

int
state_bytes(const struct state_line *line, unsigned index, void *out,
    size_t room, size_t *bytes)
{
	unsigned char *to = out;
	const char *from;
	int byte;

	if (index >= line->count)
		return -1;
	*bytes = 0;
	from = line->words[index];
	if (strcmp(from, "-") == 0)
		return 0;
	for (; *from != '\0'; from += 2) {
		byte = hex_byte(from);
		if (byte < 0 || *bytes == room)
			return -1;
		to[(*bytes)++] = (unsigned char)byte;
	}
	return 0;
}
