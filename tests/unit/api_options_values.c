/*
 * The command line: what its letters and operands become.
 */
#include "config.h"

#include <limits.h>

#include "api_options_rig.h"
#include "base/fd.h"

static const char *
address_text(size_t index)
{
	static char text[ENDPOINT_TEXT_BYTES];
	const struct endpoint *endpoint = &service()->endpoints[index];

	endpoint_format((const struct sockaddr *)&endpoint->address,
	    endpoint->length, text, sizeof(text));
	return text;
}

static void
test_defaults(void)
{
	(void)setenv("PREFORK_MODULE_PATH", "/one:/two", 1);
	is_int(parse("echo", NULL), 0, "a handler is enough");
	ok(!o.settings->foreground && !o.verbose && o.settings->ready_fd == -1,
	    "a quiet daemon");
	ok(o.settings->pidfile == NULL && !o.settings->identity.wanted,
	    "without pidfile and user");
	is_int(service()->workers, 4, "workers");
	is_int(service()->endpoint_count, 1, "one listener");
	is_text(address_text(0), "127.0.0.1:7007", "at");
	is_text(service()->name, "echo", "service");
	is_text(service()->handler, "echo", "handler");
	is_text(o.settings->program, "preforkd", "program");
	ok(o.settings->own_process, "its process");
	ok(o.settings->module_path.option == NULL, "no -M");
	is_text(o.settings->module_path.environment, "/one:/two", "path");
	is_text(o.settings->module_path.builtin, PREFORK_MODULEDIR, "folder");
	forget();
	(void)unsetenv("PREFORK_MODULE_PATH");
}

static void
test_letters(void)
{
	is_int(parse("-Fvw9 -l 127.0.0.1:1 -l[::1]:2 -p /p -M /m echo", NULL),
	    0, "letters together and apart");
	ok(o.settings->foreground && o.verbose, "-F -v");
	is_int(service()->workers, 9, "-w");
	is_int(service()->endpoint_count, 2, "-l twice, no default");
	is_text(address_text(0), "127.0.0.1:1", "first");
	is_text(address_text(1), "[::1]:2", "second");
	is_text(o.settings->pidfile, "/p", "-p");
	is_text(o.settings->module_path.option, "/m", "-M");
	forget();
	is_int(parse("-w 1 -w 4096 -- echo", NULL), 0, "-- ends the letters");
	is_int(service()->workers, 4096, "the last -w counts");
	forget();
	is_int(parse("-i -l unix:/s echo", NULL), 0, "-i");
	is_text(address_text(0), "unix:/s", "a unix socket");
	forget();
}

static void
test_ready_fd(void)
{
	char line[32];
	int ends[2];

	rig_require(fd_pipe(ends, false) == 0, "pipe");
	(void)snprintf(line, sizeof(line), "-d %d echo", ends[1]);
	is_int(parse(line, NULL), 0, "-d");
	is_int(o.settings->ready_fd, ends[1], "its number");
	forget();
	ok(rig_is_open(ends[1]), "stays open");
	fd_close(&ends[0]);
	fd_close(&ends[1]);
	is_int(parse(line, NULL), -1, "a closed one is refused");
	is_int(e.id, PF_USAGE, "id");
	forget();
}

/* Is `path` what `rest` is in the present folder? */
static int
is_here(const char *path, const char *rest)
{
	char here[PATH_MAX];
	size_t length;

	rig_require(getcwd(here, sizeof(here)) != NULL, "getcwd");
	length = strlen(here);
	return path[0] == '/' && strncmp(path, here, length) == 0 &&
	    path[length] == '/' && strcmp(path + length + 1, rest) == 0;
}

static void
test_absolute(void)
{
	is_int(parse("-p run/pid -M mods ./sub/my+mod.so", NULL), 0,
	    "relative paths");
	ok(is_here(o.settings->pidfile, "run/pid"), "pidfile");
	ok(is_here(o.settings->module_path.option, "mods"), "folder");
	ok(is_here(service()->handler, "./sub/my+mod.so"), "handler");
	is_text(service()->name, "my_mod", "its service");
	forget();
	is_int(parse("/abs/echo.so", NULL), 0, "an absolute one");
	is_text(service()->handler, "/abs/echo.so", "stays");
	is_text(service()->name, "echo", "its service");
	forget();
	is_int(parse("echo.so", NULL), 0, "a name");
	is_text(service()->handler, "echo.so", "is no path");
	forget();
}

static void
expect_argument(size_t index, const char *name, const char *value)
{
	is_text(service()->arguments[index].name, name, "name");
	is_text(service()->arguments[index].value, value, "value");
}

static void
test_operands(void)
{
	is_int(parse("echo a=1 b= c=d=e -w=3 f=-F a=2", NULL), 0, "operands");
	is_int(service()->argument_count, 6, "are six");
	expect_argument(0, "a", "1");
	expect_argument(1, "b", "");
	expect_argument(2, "c", "d=e");
	expect_argument(3, "-w", "3");
	expect_argument(4, "f", "-F");
	expect_argument(5, "a", "2");
	is_int(service()->workers, 4, "none of them is a letter");
	forget();
	is_int(parse("-F -- -F a=1", NULL), 0, "a handler that begins with -");
	is_text(service()->handler, "-F", "is one after --");
	forget();
}

static int
handle(struct prefork_conn *conn)
{
	(void)conn;
	return 0;
}

static void
test_builtin(void)
{
	static const struct prefork_module own = {
		PREFORK_MODULE_HEAD,
		.name = "my own",
		.handle = handle,
	};

	is_int(parse("-F", &own), 0, "a program needs no handler");
	ok(service()->descriptor == &own && service()->handler == NULL,
	    "it has its own");
	is_text(service()->name, "my_own", "its service");
	is_text(o.settings->program, "own", "its name without folders");
	ok(!o.settings->own_process, "descriptors may be the embedder's");
	is_int(service()->endpoint_count, 1, "the default listener");
	forget();
	is_int(parse("-w 2 max=3 min=1", &own), 0, "operands");
	is_int(service()->argument_count, 2, "are options");
	expect_argument(0, "max", "3");
	forget();
	is_int(parse("-w 2 echo", &own), -1, "and not a handler");
	is_int(e.id, PF_USAGE, "id");
	forget();
	is_int(parse("-t", &own), 0, "check");
	is_int(o.mode, RUN_CHECK, "mode");
	forget();
}

static void
expect_program(const char *name, const char *expected)
{
	static const struct prefork_module own = { .name = "x" };
	int count = cut(name, "");

	is_int(options_parse(&o, count, arguments, &own, &e), 0, "'%s'", name);
	is_text(o.settings->program, expected, "is %s", expected);
	forget();
}

static void
test_program(void)
{
	static const struct prefork_module own = { .name = "x" };
	char *none[] = { NULL };

	expect_program("own", "own");
	expect_program("./own", "own");
	expect_program("folder/", "folder/");
	is_int(options_parse(&o, 0, none, &own, &e), 0, "not even a name");
	is_text(o.settings->program, "prefork", "is prefork");
	forget();
}

int
main(void)
{
	int fds = rig_count_fds();

	(void)alarm(RIG_DEADLINE_S);
	test_defaults();
	test_letters();
	test_ready_fd();
	test_absolute();
	test_operands();
	test_builtin();
	test_program();
	is_int(rig_count_fds(), fds, "no descriptor is left");
	return tap_done();
}
