/*
 * -T: the settings as a configuration file.
 * Runs in: starter, probe.
 */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "config/print.h"
#include "config/writers.h"

void
write_begin(const struct writing *w)
{
	(void)fprintf(w->out, "%s%s", w->service != NULL ? "\t" : "",
	    w->directive->name);
}

void
write_end(const struct writing *w)
{
	(void)putc('\n', w->out);
}

static void
write_byte(FILE *out, unsigned char byte)
{
	static const char from[] = "\"\\\n\t", to[] = "\"\\nt";
	const char *found = memchr(from, byte, sizeof(from) - 1);

	if (found != NULL)
		(void)fprintf(out, "\\%c", to[found - from]);
	else if (byte < ' ' || byte == 0x7f)
		(void)fprintf(out, "\\x%02x", byte);
	else
		(void)putc(byte, out);
}

static void
put_word(FILE *out, const char *text)
{
	const char *at = text;

	while (*at != '\0' && strchr(" ;{}\"#\\", *at) == NULL &&
	    (unsigned char)*at > ' ' && *at != 0x7f)
		at++;
	if (*at == '\0' && at > text) {
		(void)fputs(text, out);
		return;
	}
	(void)putc('"', out);
	for (at = text; *at != '\0'; at++)
		write_byte(out, (unsigned char)*at);
	(void)putc('"', out);
}

void
write_word(const struct writing *w, const char *text)
{
	(void)putc(' ', w->out);
	put_word(w->out, text);
}

void
write_quantity(const struct writing *w, enum quantity kind, int64_t value)
{
	char text[QUANTITY_BYTES];

	quantity_format(kind, value, text);
	write_word(w, text);
}

void
write_percent(const struct writing *w, unsigned percent)
{
	(void)fprintf(w->out, " %u%%", percent);
}

static const void *
member_of(const struct writing *w)
{
	const char *object = w->service != NULL ? (const char *)w->service :
						  (const char *)w->settings;

	return object + w->directive->offset;
}

static int64_t
number_of(const struct writing *w)
{
	unsigned small;
	int64_t value;

	if (w->directive->bytes != sizeof(small)) {
		memcpy(&value, member_of(w), sizeof(value));
		return value;
	}
	memcpy(&small, member_of(w), sizeof(small));
	return small;
}

static void
write_number(const struct writing *w)
{
	write_begin(w);
	if (w->directive->form == FORM_PERCENT)
		write_percent(w, (unsigned)number_of(w));
	else
		write_quantity(w, directive_quantity(w->directive),
		    number_of(w));
	write_end(w);
}

static void
write_path(const struct writing *w)
{
	const char *path;

	memcpy(&path, member_of(w), sizeof(path));
	if (path == NULL)
		return;
	write_begin(w);
	write_word(w, path);
	write_end(w);
}

static void
write_option(const struct writing *w, const struct module_argument *argument)
{
	(void)fputs("\t\t", w->out);
	put_word(w->out, argument->name);
	write_word(w, argument->value);
	(void)putc('\n', w->out);
}

static void
write_handler(const struct writing *w)
{
	const struct service_settings *service = w->service;
	size_t i;

	write_begin(w);
	write_word(w,
	    service->handler != NULL ? service->handler :
				       service->descriptor->name);
	if (service->argument_count == 0) {
		write_end(w);
		return;
	}
	(void)fputs(" {\n", w->out);
	for (i = 0; i < service->argument_count; i++)
		write_option(w, &service->arguments[i]);
	(void)fputs("\t}\n", w->out);
}

static void
write_directive(const struct writing *w)
{
	switch (w->directive->form) {
	case FORM_NUMBER:
	case FORM_SIZE:
	case FORM_TIME:
	case FORM_PERCENT:
		write_number(w);
		break;
	case FORM_PATH:
		write_path(w);
		break;
	case FORM_WORDS:
		w->directive->write(w);
		break;
	case FORM_HANDLER:
		write_handler(w);
		break;
	case FORM_SERVICE:
	case FORM_INCLUDE:
		break;
	}
}

static void
write_all(struct writing *w, enum scope scope)
{
	size_t i;

	for (i = 0; i < directive_count; i++) {
		w->directive = &directives[i];
		if ((w->directive->scope & scope) != 0)
			write_directive(w);
	}
}

int
settings_print(const struct settings *settings, enum settings_reader reader,
    FILE *out)
{
	struct writing w = {
		.out = out, .settings = settings, .reader = reader
	};
	size_t i;

	write_all(&w, SCOPE_TOP);
	for (i = 0; i < settings->service_count; i++) {
		w.service = &settings->services[i];
		(void)fputs("\nservice", out);
		write_word(&w, w.service->name);
		(void)fputs(" {\n", out);
		write_all(&w, SCOPE_SERVICE);
		(void)fputs("}\n", out);
	}
	if (fflush(out) == 0 && !ferror(out))
		return 0;
	errno = errno != 0 ? errno : EIO;
	return -1;
}

char *
settings_text(const struct settings *settings, enum settings_reader reader)
{
	char *text = NULL;
	size_t bytes;
	FILE *out = open_memstream(&text, &bytes);
	int result;

	if (out == NULL)
		return NULL;
	result = settings_print(settings, reader, out);
	if (fclose(out) == 0 && result == 0)
		return text;
	free(text);
	return NULL;
}

/* "name value\n" to "value" */
static void
cut_value(const struct directive *directive, char *line)
{
	size_t name = strlen(directive->name) + 1, bytes = strlen(line);

	if (bytes <= name)
		return;
	memmove(line, line + name, bytes - name);
	line[bytes - name - 1] = '\0';
}

char *
settings_value(const struct settings *settings,
    const struct directive *directive)
{
	char *text = NULL;
	size_t bytes;
	struct writing w = { .settings = settings, .directive = directive };

	w.out = open_memstream(&text, &bytes);
	if (w.out == NULL)
		return NULL;
	write_directive(&w);
	if (fclose(w.out) != 0) {
		free(text);
		return NULL;
	}
	cut_value(directive, text);
	return text;
}
