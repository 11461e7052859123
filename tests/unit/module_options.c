/*
 * Typed options: every type good, bad and at its limits; presets, repeats,
 * unknown names, lists, and the text of -L and -H.
 * Runs in: a test.
 */
#include "config.h"

#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

#include "module/module.h"
#include "tap.h"

struct settings {
	int64_t number;
	int64_t size;
	int64_t duration;
	int64_t free_number;
	int flag;
	int mode;
	const char *text;
	const char *path;
	struct prefork_list words;
	struct prefork_list preset_words;
};

static const char *const modes[] = { "slow", "fast", NULL };

#define AT(member) .offset = offsetof(struct settings, member)

static const struct prefork_option options[] = {
	{ .name = "number",
	    .type = PREFORK_INT,
	    AT(number),
	    .preset = "-3",
	    .min = -5,
	    .max = 1000 },
	{ .name = "size",
	    .type = PREFORK_SIZE,
	    AT(size),
	    .preset = "64k",
	    .max = INT64_C(1) << 30,
	    .help = "A size." },
	{ .name = "duration", .type = PREFORK_DURATION, AT(duration) },
	{ .name = "free_number", .type = PREFORK_INT, AT(free_number) },
	{ .name = "flag", .type = PREFORK_BOOL, AT(flag), .preset = "yes" },
	{ .name = "mode",
	    .type = PREFORK_ENUM,
	    AT(mode),
	    .preset = "fast",
	    .choices = modes,
	    .help = "How it runs, which is told here in so many words that the "
		    "one row would be a byte too long." },
	{ .name = "text", .type = PREFORK_STRING, AT(text), .preset = "" },
	{ .name = "path", .type = PREFORK_PATH, AT(path) },
	{ .name = "words",
	    .type = PREFORK_LIST,
	    AT(words),
	    .help = "A help text that is so long that it does not fit in "
		    "a whole line of eighty columns and has to be broken." },
	{ .name = "preset_words",
	    .type = PREFORK_LIST,
	    AT(preset_words),
	    .preset = "one" },
	{ .name = NULL },
};

static int
handle(struct prefork_conn *conn)
{
	(void)conn;
	return 0;
}

static const struct prefork_module descriptor = {
	PREFORK_MODULE_HEAD,
	.name = "sample",
	.version = "2.1",
	.summary = "a sample",
	.options = options,
	.config_size = sizeof(struct settings),
	.flags = PREFORK_SINGLE_WORKER,
	.handle = handle,
};

static struct module module;

/* Configure with one option; the settings, or NULL with `e`. */
static const struct settings *
set(const char *name, const char *value, struct error *e)
{
	const struct module_argument argument = { name, value };

	if (module_configure(&module, &argument, 1, e) == -1)
		return NULL;
	return module.config;
}

static void
refused(const char *name, const char *value, const char *text)
{
	struct error e;
	const struct settings *s;

	memset(&e, 0, sizeof(e));
	s = set(name, value, &e);
	ok(s == NULL && module.config == NULL && module.strings == NULL &&
		e.id == PF_OPTION_VALUE,
	    "%s=%s is refused", name, value);
	is_text(e.text, text, "... and the text says why");
}

static const struct {
	const char *name;
	const char *value;
	size_t offset;
	int64_t expected;
} numbers[] = {
	{ "number", "7", offsetof(struct settings, number), 7 },
	{ "number", "+7", offsetof(struct settings, number), 7 },
	{ "number", "010", offsetof(struct settings, number), 10 },
	{ "number", "-5", offsetof(struct settings, number), -5 },
	{ "number", "1000", offsetof(struct settings, number), 1000 },
	{ "free_number", "9223372036854775807",
	    offsetof(struct settings, free_number), INT64_MAX },
	{ "free_number", "-9223372036854775808",
	    offsetof(struct settings, free_number), INT64_MIN },
	{ "size", "0", offsetof(struct settings, size), 0 },
	{ "size", "512", offsetof(struct settings, size), 512 },
	{ "size", "3k", offsetof(struct settings, size), 3072 },
	{ "size", "3K", offsetof(struct settings, size), 3072 },
	{ "size", "10m", offsetof(struct settings, size), 10485760 },
	{ "size", "1g", offsetof(struct settings, size), 1073741824 },
	{ "duration", "10ms", offsetof(struct settings, duration), 10 },
	{ "duration", "30s", offsetof(struct settings, duration), 30000 },
	{ "duration", "30", offsetof(struct settings, duration), 30000 },
	{ "duration", "5m", offsetof(struct settings, duration), 300000 },
	{ "duration", "2h", offsetof(struct settings, duration), 7200000 },
	{ "duration", "9223372036854775807ms",
	    offsetof(struct settings, duration), INT64_MAX },
};

static void
test_numbers(void)
{
	struct error e;
	const char *s;
	int64_t got = -1;
	size_t i;

	for (i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		s = (const char *)set(numbers[i].name, numbers[i].value, &e);
		if (s != NULL)
			memcpy(&got, s + numbers[i].offset, sizeof(got));
		ok(s != NULL && got == numbers[i].expected, "%s=%s is %" PRId64,
		    numbers[i].name, numbers[i].value, numbers[i].expected);
	}
}

static void
test_bad_numbers(void)
{
	refused("number", "", "option number: \"\" is not a whole number");
	refused("number", "-", "option number: \"-\" is not a whole number");
	refused("number", " 1", "option number: \" 1\" is not a whole number");
	refused("number", "1 ", "option number: \"1 \" is not a whole number");
	refused("number", "1k", "option number: \"1k\" is not a whole number");
	refused("number", "0x10",
	    "option number: \"0x10\" is not a whole number");
	refused("number", "-6",
	    "option number: -6 is out of range, it must be -5 to 1000");
	refused("number", "1001",
	    "option number: 1001 is out of range, it must be -5 to 1000");
	refused("free_number", "9223372036854775808",
	    "option free_number: 9223372036854775808 is out of range");
	refused("free_number", "-9223372036854775809",
	    "option free_number: -9223372036854775809 is out of range");
	refused("free_number", "99999999999999999999999",
	    "option free_number: 99999999999999999999999 is out of range");
}

static void
test_bad_quantities(void)
{
	const char *size = ", such as 512, 64k, 10m or 1g";
	char text[256];

	snprintf(text, sizeof(text), "option size: \"-1\" is not a size%s",
	    size);
	refused("size", "-1", text);
	snprintf(text, sizeof(text), "option size: \"1kb\" is not a size%s",
	    size);
	refused("size", "1kb", text);
	snprintf(text, sizeof(text), "option size: \"k\" is not a size%s",
	    size);
	refused("size", "k", text);
	refused("size", "1025m",
	    "option size: 1025m is out of range, it must be 0 to 1g");
	refused("size", "8589934592g",
	    "option size: 8589934592g is out of range, it must be 0 to 1g");
	refused("duration", "1.5s",
	    "option duration: \"1.5s\" is not a duration, "
	    "such as 10ms, 30s or 5m");
	refused("duration", "1M",
	    "option duration: \"1M\" is not a duration, "
	    "such as 10ms, 30s or 5m");
	refused("duration", "9223372036854775807",
	    "option duration: 9223372036854775807 is out of range");
}

static void
test_words(void)
{
	static const char *const on[] = { "on", "yes", "true", "1" };
	static const char *const off[] = { "off", "no", "false", "0" };
	const struct settings *s;
	struct error e;
	int i;

	for (i = 0; i < 4; i++) {
		s = set("flag", on[i], &e);
		ok(s != NULL && s->flag == 1, "flag=%s is 1", on[i]);
		s = set("flag", off[i], &e);
		ok(s != NULL && s->flag == 0, "flag=%s is 0", off[i]);
	}
	refused("flag", "maybe",
	    "option flag: \"maybe\" is neither on nor off");
	s = set("mode", "slow", &e);
	ok(s != NULL && s->mode == 0, "mode=slow is index 0");
	refused("mode", "fas",
	    "option mode: \"fas\" is not one of: slow, fast");
	s = set("path", "/a b", &e);
	is_text(s != NULL ? s->path : "-", "/a b", "a path may hold a blank");
	refused("path", "a",
	    "option path: \"a\" is not a path that begins "
	    "with /");
	refused("path", "",
	    "option path: \"\" is not a path that begins "
	    "with /");
	refused("text", NULL, "option text needs a value");
}

static void
test_presets(void)
{
	const struct settings *s;
	struct error e;

	is_int(module_configure(&module, NULL, 0, &e), 0, "no arguments");
	s = module.config;
	is_int(s->number, -3, "preset of a number");
	is_int(s->size, 65536, "preset of a size");
	is_int(s->duration, 0, "no preset: zero");
	is_int(s->flag, 1, "preset of a bool");
	is_int(s->mode, 1, "preset of an enum");
	is_text(s->text, "", "preset of a text, empty");
	ok(s->path == NULL, "no preset: no path");
	is_int(s->words.count, 0, "no preset: empty list");
	is_int(s->preset_words.count, 1, "preset of a list is one item");
	is_text(s->preset_words.items[0], "one", "... of that text");
}

static void
test_lists(void)
{
	char second[] = "two words";
	const struct module_argument arguments[] = {
		{ "words", "" },
		{ "number", "1" },
		{ "words", second },
		{ "preset_words", "other" },
	};
	const struct settings *s;
	struct error e;

	is_int(module_configure(&module, arguments, 4, &e), 0, "lists");
	s = module.config;
	second[0] = '!';
	is_int(s->words.count, 2, "a list takes each occurrence");
	is_text(s->words.items[0], "", "in order: an empty one");
	is_text(s->words.items[1], "two words", "and a copy of the second");
	ok(s->words.items[2] == NULL, "and NULL at the end");
	is_int(s->preset_words.count, 1, "what is given replaces the preset");
	is_text(s->preset_words.items[0], "other", "... of a list");
}

static void
unknown(const char *name, const char *text)
{
	struct error e;

	ok(set(name, "1", &e) == NULL && e.id == PF_OPTION_UNKNOWN,
	    "%s is unknown", name);
	is_text(e.text, text, "... and the text names the nearest");
}

static void
test_refusals(void)
{
	const struct module_argument twice[] = { { "size", "1" },
		{ "size", "1" } };
	struct module plain = { .handle_client = NULL };
	struct error e;

	is_int(module_configure(&module, twice, 2, &e), -1, "size twice");
	is_int(e.id, PF_OPTION_REPEATED, "... is a repeated option");
	is_text(e.text, "option size is given twice", "... and named");
	unknown("numbr",
	    "sample has no option \"numbr\"; "
	    "did you mean number?");
	unknown("durtaion",
	    "sample has no option \"durtaion\"; "
	    "did you mean duration?");
	unknown("dxrxtxon", "sample has no option \"dxrxtxon\"");
	unknown("thesize", "sample has no option \"thesize\"");
	unknown("x", "sample has no option \"x\"");
	unknown("", "sample has no option \"\"");
	is_int(module_configure(&plain, twice, 1, &e), -1,
	    "HandleClient takes no option");
	is_int(e.id, PF_OPTION_UNKNOWN, "... it is unknown");
	is_int(module_configure(&plain, NULL, 0, &e), 0, "none is right");
}

static const char page[] =
    "sample 2.1\n"
    "\n"
    "  a sample\n"
    "  Runs in exactly one worker.\n"
    "\n"
    "Options:\n"
    "  number        number, -5 to 1000; default -3\n"
    "  size          size, 0 to 1g; default 64k\n"
    "                A size.\n"
    "  duration      duration\n"
    "  free_number   number\n"
    "  flag          on or off; default yes\n"
    "  mode          one of slow, fast; default fast\n"
    "                How it runs, which is told here in so many words "
    "that the one\n"
    "                row would be a byte too long.\n"
    "  text          text; default \"\"\n"
    "  path          absolute path\n"
    "  words         text, may be repeated\n"
    "                A help text that is so long that it does not fit in "
    "a whole line\n"
    "                of eighty columns and has to be broken.\n"
    "  preset_words  text, may be repeated; default one\n";

static void
test_describe(void)
{
	char line[80];
	char got[4096] = "";
	int ends[2];
	ssize_t bytes;

	module_list_line(&module, "sample", line, sizeof(line));
	is_text(line, "sample        2.1  a sample", "the line of -L");
	if (pipe(ends) == -1)
		exit(1);
	is_int(module_describe(&module, "sample", ends[1]), 0, "describe");
	close(ends[1]);
	bytes = read(ends[0], got, sizeof(got) - 1);
	is_int(bytes, sizeof(page) - 1, "the page is there");
	is_text(got, page, "the page of -H");
	close(ends[0]);
}

int
main(void)
{
	struct error e;

	if (!ok(module_builtin(&descriptor, &module, &e) == 0, "descriptor"))
		return 1;
	test_numbers();
	test_bad_numbers();
	test_bad_quantities();
	test_words();
	test_presets();
	test_lists();
	test_refusals();
	test_describe();
	module_fini(&module);
	ok(module.config == NULL && module.strings == NULL, "all is freed");
	return tap_done();
}
