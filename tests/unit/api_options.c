/*
 * The command line: every letter, every error with its id and exit code.
 */
#include "config.h"

#include "api_options_rig.h"

/* What is refused, why, and a part of the text. */
static const struct refusal {
	const char *line;
	enum msg_id id;
	const char *part;
} refusals[] = {
	{ "", PF_NO_CONFIGURATION, "preforkd -F echo" },
	{ "-F", PF_NO_CONFIGURATION, "no handler" },
	{ "-i", PF_NO_CONFIGURATION, "no handler" },
	{ "-t", PF_NO_CONFIGURATION, "no handler" },
	{ "-F --", PF_NO_CONFIGURATION, "no handler" },
	{ "''", PF_USAGE, "name is empty" },
	{ "-Z echo", PF_USAGE, "unknown option '-Z'" },
	{ "-? echo", PF_USAGE, "unknown option '-?'" },
	{ "--help", PF_USAGE, "unknown option '--help'" },
	{ "-F --workers=3 echo", PF_USAGE, "option '--workers=3'" },
	{ "-F- echo", PF_USAGE, "unknown option '--'" },
	{ "-w", PF_USAGE, "missing value of option '-w'" },
	{ "-F -l", PF_USAGE, "missing value of option '-l'" },
	{ "-H", PF_USAGE, "missing value of option '-H'" },
	{ "-w 0 echo", PF_USAGE, "1 to 4096" },
	{ "-w 4097 echo", PF_USAGE, "not '4097'" },
	{ "-w 99999999999999999999 echo", PF_USAGE, "1 to 4096" },
	{ "-w -1 echo", PF_USAGE, "not '-1'" },
	{ "-w +1 echo", PF_USAGE, "not '+1'" },
	{ "-w 4x echo", PF_USAGE, "not '4x'" },
	{ "-w 0x4 echo", PF_USAGE, "not '0x4'" },
	{ "-w '' echo", PF_USAGE, "not ''" },
	{ "-d 2 echo", PF_USAGE, "'2'" },
	{ "-d 999 echo", PF_USAGE, "'999'" },
	{ "-d x echo", PF_USAGE, "'x'" },
	{ "-d 99999999999 echo", PF_USAGE, "above 2" },
	{ "-l 127.0.0.1 echo", PF_BAD_ADDRESS, "127.0.0.1" },
	{ "-l '' echo", PF_BAD_ADDRESS, "" },
	{ "-l unix:x echo", PF_BAD_ADDRESS, "unix:x" },
	{ "-p '' echo", PF_USAGE, "path is empty" },
	{ "-p /a -p /b echo", PF_USAGE, "twice: '/b'" },
	{ "-M '' echo", PF_USAGE, "path is empty" },
	{ "-M /a -M /a echo", PF_USAGE, "twice: '/a'" },
	{ "-u no-such-user echo", PF_IDENTITY_UNKNOWN, "no-such-user" },
	{ "-u '' echo", PF_IDENTITY_UNKNOWN, "" },
	{ "-f x echo", PF_USAGE, "with -f there is no handler: 'echo'" },
	{ "-f ''", PF_USAGE, "path is empty" },
	{ "-f x -f y", PF_USAGE, "twice: 'y'" },
	{ "-f no/such/file", PF_CONFIG_FILE, "no/such/file: cannot read" },
	{ "-f no/such/file -l 127.0.0.1:0", PF_CONFIG_FILE, "cannot read" },
	{ "-o a=b echo", PF_DIRECTIVE_UNKNOWN, "-o a: there is no directive" },
	{ "-S '' echo", PF_USAGE, "a path is empty" },
	{ "echo word", PF_USAGE, "name=value, not 'word'" },
	{ "echo =1", PF_USAGE, "name=value, not '=1'" },
	{ "echo ''", PF_USAGE, "name=value, not ''" },
	{ "echo a=1 b", PF_USAGE, "not 'b'" },
	/* What follows the handler is not ours. */
	{ "echo -F", PF_USAGE,
	    "before the handler and its name=value, not '-F'" },
	{ "echo -w 3", PF_USAGE, "name=value, not '-w'" },
	{ "-- -F", PF_NONE, "" },
};

static void
test_refusals(void)
{
	const struct refusal *row;
	size_t i;

	for (i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
		row = &refusals[i];
		is_int(parse(row->line, NULL), row->id == PF_NONE ? 0 : -1,
		    "'%s'", row->line);
		is_int(e.id, row->id, "'%s': id", row->line);
		if (!ok(strstr(e.text, row->part) != NULL, "'%s': says %s",
			row->line, row->part))
			printf("# %s\n", e.text);
		forget();
	}
}

static void
test_exit_codes(void)
{
	(void)parse("-Z", NULL);
	is_int(error_exit_code(&e), 64, "usage is 64");
	forget();
	(void)parse("", NULL);
	is_int(error_exit_code(&e), 64, "no handler is 64");
	forget();
	(void)parse("-l x echo", NULL);
	is_int(error_exit_code(&e), 64, "a bad address is 64");
	forget();
	(void)parse("-u no-such-user echo", NULL);
	is_int(error_exit_code(&e), 78, "an unknown user is 78");
	forget();
}

static int
parse_without_root(void *arg)
{
	(void)arg;
	if (rig_drop_root() == -1)
		return 1;
	if (parse("-u 54321 echo", NULL) != -1)
		return 2;
	return e.id == PF_IDENTITY_DENIED ? error_exit_code(&e) : 3;
}

static void
test_identity(void)
{
	is_int(rig_in_child(parse_without_root, NULL), 77,
	    "another user needs root");
	if (geteuid() != 0) {
		ok(1, "-u # SKIP only root can");
		return;
	}
	is_int(parse("-u 54321:54322 echo", NULL), 0, "-u");
	ok(o.settings->identity.wanted && o.settings->identity.uid == 54321 &&
		o.settings->identity.gid == 54322,
	    "user and group");
	forget();
}

/* Modes and the order of their letters. */
static const struct mode {
	const char *line;
	enum run_mode mode;
} modes[] = {
	{ "echo", RUN_SERVE },
	{ "-F echo", RUN_SERVE },
	{ "-i echo", RUN_ONE_SHOT },
	{ "-t echo", RUN_CHECK },
	{ "-Ft echo", RUN_CHECK },
	{ "-T echo", RUN_PRINT },
	{ "-L", RUN_LIST },
	{ "-L echo", RUN_LIST },
	{ "-H echo", RUN_DESCRIBE },
	{ "-Hecho", RUN_DESCRIBE },
	{ "-V", RUN_VERSION },
	{ "-h", RUN_HELP },
	{ "-V -t", RUN_VERSION },
	{ "-t -V", RUN_VERSION },
	{ "-Vi", RUN_VERSION },
	{ "-L -h", RUN_HELP },
	{ "-h -L", RUN_HELP },
	{ "-hH echo", RUN_HELP },
	{ "-V echo not-an-option", RUN_VERSION },
};

static void
test_modes(void)
{
	size_t i;

	for (i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		is_int(parse(modes[i].line, NULL), 0, "'%s'", modes[i].line);
		is_int(o.mode, modes[i].mode, "'%s': mode", modes[i].line);
		forget();
	}
	(void)parse("-H echo", NULL);
	is_text(o.described, "echo", "-H has the handler");
	forget();
}

int
main(void)
{
	int fds = rig_count_fds();

	(void)alarm(RIG_DEADLINE_S);
	test_refusals();
	test_exit_codes();
	test_identity();
	test_modes();
	is_int(rig_count_fds(), fds, "no descriptor is left");
	return tap_done();
}
