/*
 * Follows the log.  It is emptied now and then, because it may be on a small
 * file system; lines that are written in that moment are lost.
 * Runs in: nemesis.
 */
#include "config.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "chronicle.h"

#define ENTRIES	  32768
#define LOG_BYTES (4 * 1024 * 1024)

/* Whatever the nemesis does, these do not come. */
static const char *const forbidden[] = {
	"PF0104 ", /* a stop that did not finish */
	"PF0111 ", /* an old generation that did not */
	"PF0116 ", "PF0117 ", "PF0210 ", "PF0410 ", "PF0411 ", "PF0602 ",
	"PF0603 ", "PF0604 ", "PF0605 ", "PF0900 ", "Sanitizer",
	"runtime error:", NULL
};

void
chronicle_init(struct chronicle *chronicle, bool is_loud)
{
	memset(chronicle, 0, sizeof(*chronicle));
	chronicle->fd = -1;
	chronicle->is_loud = is_loud;
	chronicle->entries = calloc(ENTRIES, sizeof(*chronicle->entries));
	if (chronicle->entries == NULL) {
		puts("Bail out! no memory");
		exit(71);
	}
}

void
chronicle_free(struct chronicle *chronicle)
{
	if (chronicle->fd >= 0)
		(void)close(chronicle->fd);
	free(chronicle->entries);
}

void
chronicle_follow(struct chronicle *chronicle, const char *path)
{
	chronicle->fd = open(path, O_RDWR | O_CLOEXEC);
}

static struct entry *
new_entry(struct chronicle *chronicle, int64_t now_ms, bool ours)
{
	struct entry *entry = &chronicle->entries[chronicle->count++ % ENTRIES];

	entry->at_ms = now_ms;
	entry->ours = ours;
	return entry;
}

static void
inspect(struct chronicle *chronicle, const char *line)
{
	unsigned i;

	chronicle->reloads_good += strstr(line, "PF0106 ") != NULL;
	chronicle->reloads_bad += strstr(line, "PF0107 ") != NULL;
	chronicle->upgrades_refused += strstr(line, "cannot upgrade") != NULL;
	if (chronicle->forbidden[0] != '\0')
		return;
	for (i = 0; forbidden[i] != NULL; i++)
		if (strstr(line, forbidden[i]) != NULL)
			(void)snprintf(chronicle->forbidden, CHRONICLE_LINE,
			    "%s", line);
}

static void
take_line(struct chronicle *chronicle, int64_t now_ms)
{
	struct entry *entry = new_entry(chronicle, now_ms, false);

	chronicle->partial[chronicle->used] = '\0';
	(void)snprintf(entry->text, CHRONICLE_LINE, "%s", chronicle->partial);
	chronicle->used = 0;
	chronicle->lines++;
	inspect(chronicle, entry->text);
}

static void
take_bytes(struct chronicle *chronicle, const char *bytes, size_t count,
    int64_t now_ms)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (bytes[i] == '\n')
			take_line(chronicle, now_ms);
		else if (chronicle->used < CHRONICLE_LINE - 1)
			chronicle->partial[chronicle->used++] = bytes[i];
}

void
chronicle_read(struct chronicle *chronicle, int64_t now_ms)
{
	char bytes[16384];
	ssize_t got;

	if (chronicle->fd < 0)
		return;
	while ((got = read(chronicle->fd, bytes, sizeof(bytes))) > 0)
		take_bytes(chronicle, bytes, (size_t)got, now_ms);
	if (lseek(chronicle->fd, 0, SEEK_CUR) > LOG_BYTES &&
	    ftruncate(chronicle->fd, 0) == 0)
		(void)lseek(chronicle->fd, 0, SEEK_SET);
}

void
chronicle_tell(struct chronicle *chronicle, int64_t now_ms, const char *format,
    ...)
{
	struct entry *entry = new_entry(chronicle, now_ms, true);
	va_list ap;

	va_start(ap, format);
	(void)vsnprintf(entry->text, CHRONICLE_LINE, format, ap);
	va_end(ap);
	if (!chronicle->is_loud)
		return;
	printf("# %8lld %s\n", (long long)now_ms, entry->text);
	(void)fflush(stdout);
}

static size_t
oldest(const struct chronicle *chronicle)
{
	return chronicle->count > ENTRIES ? chronicle->count - ENTRIES : 0;
}

void
chronicle_print(const struct chronicle *chronicle, int64_t first_ms,
    int64_t last_ms)
{
	const struct entry *entry;
	size_t i;

	for (i = oldest(chronicle); i < chronicle->count; i++) {
		entry = &chronicle->entries[i % ENTRIES];
		if (entry->at_ms >= first_ms && entry->at_ms <= last_ms)
			printf("# %8lld %s%s\n", (long long)entry->at_ms,
			    entry->ours ? "*** " : "    ", entry->text);
	}
}

void
chronicle_print_ours(const struct chronicle *chronicle, size_t most)
{
	const struct entry *entry;
	size_t i = chronicle->count, first = oldest(chronicle);

	for (; i > first && most > 0; i--)
		most -= chronicle->entries[(i - 1) % ENTRIES].ours;
	for (; i < chronicle->count; i++) {
		entry = &chronicle->entries[i % ENTRIES];
		if (entry->ours)
			printf("# %8lld *** %s\n", (long long)entry->at_ms,
			    entry->text);
	}
}
