/*
 * The handler under the nemesis: it says which worker serves, and which
 * version of it, and then echoes.
 *
 *	client				handler
 *					"W" pid version "\n", 23 bytes
 *	E, then anything		the same, up to the client's end
 *	X, S or A			nothing; exits, crashes or aborts
 *	C, then anything		the same as E; has closed all else
 *
 * What its loading, its check and its worker_init do is in the file "mood"
 * of the folder $NEMESIS_DIR, as "hook deed": load, check or init; crash,
 * exit, fail, some (fails in one process of three), hang.  Who hangs adds its
 * pid to the file "hung" there.  The version is in the file "version".
 * Runs in: worker, probe.
 */
#include "config.h"

#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <prefork/module.h>

#define PATH_BYTES   256
#define WORD_BYTES   32
#define EXIT_CODE    3
#define FDS_TO_CLOSE 256

static unsigned long version;

static int
open_in_folder(const char *name, int flags)
{
	const char *folder = getenv("NEMESIS_DIR");
	char path[PATH_BYTES];

	if (folder == NULL)
		return -1;
	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	return open(path, flags | O_CLOEXEC, 0666);
}

/* "" where there is no file. */
static void
read_word(const char *name, char word[WORD_BYTES])
{
	int fd = open_in_folder(name, O_RDONLY);
	ssize_t got = 0;

	if (fd != -1) {
		got = read(fd, word, WORD_BYTES - 1);
		(void)close(fd);
	}
	word[got > 0 ? got : 0] = '\0';
	word[strcspn(word, "\n")] = '\0';
}

/* Not a wild store: a sanitizer would turn it into an exit. */
static _Noreturn void
crash(int signo)
{
	(void)signal(signo, SIG_DFL);
	(void)raise(signo);
	abort();
}

static _Noreturn void
hang(void)
{
	int fd = open_in_folder("hung", O_WRONLY | O_APPEND);

	if (fd != -1) {
		(void)dprintf(fd, "%ld\n", (long)getpid());
		(void)close(fd);
	}
	for (;;)
		(void)pause();
}

/* False: the hook must fail. */
static bool
follow_mood(const char *hook)
{
	char mood[WORD_BYTES];
	size_t length = strlen(hook);
	const char *deed;

	read_word("mood", mood);
	if (strncmp(mood, hook, length) != 0 || mood[length] != ' ')
		return true;
	deed = mood + length + 1;
	if (strcmp(deed, "crash") == 0)
		crash(SIGSEGV);
	if (strcmp(deed, "exit") == 0)
		exit(EXIT_CODE);
	if (strcmp(deed, "hang") == 0)
		hang();
	if (strcmp(deed, "some") == 0)
		return getpid() % 3 != 0;
	return strcmp(deed, "fail") != 0;
}

static void __attribute__((constructor)) load(void)
{
	(void)follow_mood("load");
}

static int
check(const void *config, char *reason, size_t reason_bytes)
{
	(void)config;
	if (follow_mood("check"))
		return 0;
	(void)snprintf(reason, reason_bytes, "the check was to fail");
	return -1;
}

static int
worker_init(const void *config, void **worker_data, char *reason,
    size_t reason_bytes)
{
	char word[WORD_BYTES];

	(void)config;
	*worker_data = NULL;
	read_word("version", word);
	version = strtoul(word, NULL, 10);
	if (follow_mood("init"))
		return 0;
	(void)snprintf(reason, reason_bytes, "the init was to fail");
	return -1;
}

static int
greet(struct prefork_conn *conn)
{
	char line[64];
	int length;

	length = snprintf(line, sizeof(line), "W%10ld %10lu\n", (long)getpid(),
	    version);
	return prefork_write(conn, line, (size_t)length) == length ? 0 : -1;
}

/* What a program does that thinks that all descriptors are its own. */
static void
close_all_but(int keep)
{
	int fd;

	for (fd = STDERR_FILENO + 1; fd < FDS_TO_CLOSE; fd++)
		if (fd != keep)
			(void)close(fd);
}

static void
do_deed(const struct prefork_conn *conn, char deed)
{
	if (deed == 'C')
		close_all_but(prefork_conn_fd(conn));
	if (deed == 'X')
		exit(EXIT_CODE);
	if (deed == 'S')
		crash(SIGSEGV);
	if (deed == 'A')
		crash(SIGABRT);
}

static int
handle(struct prefork_conn *conn)
{
	static char buffer[4096];
	ssize_t got;
	char deed;

	if (greet(conn) == -1)
		return -1;
	got = prefork_read(conn, &deed, 1);
	if (got <= 0)
		return (int)got;
	do_deed(conn, deed);
	while ((got = prefork_read(conn, buffer, sizeof(buffer))) > 0)
		if (prefork_write(conn, buffer, (size_t)got) != got)
			return -1;
	return (int)got;
}

PREFORK_MODULE = {
	PREFORK_MODULE_HEAD,
	.name = "witness",
	.version = "1.0",
	.summary = "says who serves, and echoes",
	.check = check,
	.worker_init = worker_init,
	.handle = handle,
};
