/*
 * The log's other sinks: a file and its rotation, the system's log.
 */
#include "config.h"

#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <syslog.h>

#include "base/log_line.h"
#include "base/log_syslog.h"
#include "base_log_rig.h"

static char directory[] = "/tmp/base_log.XXXXXX";

static const char *
path_of(const char *name)
{
	return rig_path(directory, name);
}

/* Does text begin like the pattern, in which d is a digit? */
static int
matches(const char *text, const char *pattern)
{
	for (; *pattern != '\0'; pattern++, text++)
		if (*pattern == 'd' && *text != 'd' ?
			*text < '0' || *text > '9' :
			*text != *pattern)
			return 0;
	return 1;
}

static void
test_file(void)
{
	struct error e;
	const char *text;

	is_int(log_open_file(path_of("log"), &e), 0, "a file opens");
	log_event(PF_HANDLER_LOG, "one");
	text = file_contents(path_of("log"));
	ok(matches(text, "dddd-dd-ddTdd:dd:dd.dddZ preforkd["),
	    "lines begin with the time in UTC");
	text = strstr(text, "preforkd[");
	is_text(text != NULL ? text : "", expected("PF0311 one\n"),
	    "the rest is the same");
	is_int(log_open_file(path_of("none/log"), &e), -1, "a bad path fails");
	is_int(e.id, PF_LOG_OPEN, "with the id");
	ok(strstr(e.text, strerror(ENOENT)) != NULL, "and the reason");
	log_emergency(PF_WORKER_ABORTED, "help");
	text = file_contents(path_of("log"));
	ok(strstr(text, expected("PF0413 help\n")) != NULL &&
		matches(strchr(text, '\n') + 1,
		    "dddd-dd-ddTdd:dd:dd.dddZ preforkd["),
	    "from a signal handler, too");
	(void)mkfifo(path_of("fifo"), 0600);
	is_int(log_open_file(path_of("fifo"), &e), -1,
	    "a FIFO without a reader does not hang");
	log_event(PF_HANDLER_LOG, "two");
	ok(strstr(file_contents(path_of("log")), "two\n") != NULL,
	    "the former sink is kept");
}

static void
test_reopen(void)
{
	char old[64];
	struct error e;
	int fd;

	(void)snprintf(old, sizeof(old), "%s", path_of("log.1"));
	(void)rename(path_of("log"), old);
	is_int(log_reopen(&e), 0, "reopen after rotation");
	log_event(PF_HANDLER_LOG, "three");
	ok(strstr(file_contents(path_of("log")), "three") != NULL,
	    "lines go to the new file");
	ok(strstr(file_contents(old), "three") == NULL, "and not to the old");
	(void)unlink(path_of("log"));
	(void)mkdir(path_of("log"), 0700);
	is_int(log_reopen(&e), -1, "a failing reopen says so");
	fd = log_fd();
	ok(fd > 2, "and keeps the descriptor");
	(void)rmdir(path_of("log"));
	log_adopt(0, fd_open(old, O_WRONLY | O_APPEND, 0));
	log_event(PF_HANDLER_LOG, "four");
	ok(strstr(file_contents(old), "four") != NULL, "a passed one is used");
	log_open_stderr();
	is_int(fcntl(fd, F_GETFD), -1, "nothing stays open");
}

static void
test_stamp(void)
{
	char got[LOG_STAMP_BYTES], good[LOG_STAMP_BYTES];
	/* 170 years, where time_t has them: every kind of leap year. */
	const time_t end =
	    sizeof(time_t) < 8 ? 68 * 31536000 : (time_t)170 * 31536000;
	struct timespec when = { 0, 0 };
	unsigned wrong = 0;
	struct tm tm;

	for (; when.tv_sec < end; when.tv_sec += 86399 * 3) {
		when.tv_nsec = when.tv_sec % 1000 * 1000000;
		log_stamp_file(got, &when);
		(void)gmtime_r(&when.tv_sec, &tm);
		(void)strftime(good, sizeof(good), "%Y-%m-%dT%H:%M:%S", &tm);
		(void)snprintf(good + 19, sizeof(good) - 19, ".%03dZ ",
		    (int)(when.tv_nsec / 1000000));
		if (strcmp(got, good) != 0 && wrong++ == 0)
			printf("# %s for %s\n", got, good);
	}
	is_int(wrong, 0, "the time is right on every third day");
	if (sizeof(time_t) < 8)
		return;
	when.tv_sec = (time_t)INT64_MAX;
	log_stamp_file(got, &when);
	ok(strncmp(got, "9999-", 5) == 0, "a clock that is mad does not hang");
}

/* In a child, for its limit cannot be raised again in every sandbox. */
static void
test_full_disk(void)
{
	struct rlimit limit = { 150, 150 };
	struct error e;
	int status = 0;
	const char *text;
	pid_t child = fork();

	if (child == 0) {
		(void)signal(SIGXFSZ, SIG_IGN);
		if (log_open_file(path_of("full"), &e) == -1 ||
		    setrlimit(RLIMIT_FSIZE, &limit) == -1)
			_exit(9);
		log_event(PF_HANDLER_LOG, "%0140d", 1);
		log_event(PF_HANDLER_LOG, "%0140d", 2);
		if (log_dropped() != 2)
			_exit(1);
		if (truncate(path_of("full"), 0) == -1)
			_exit(8);
		log_event(PF_HANDLER_LOG, "3");
		if (log_dropped() != 3)
			_exit(3);
		(void)poll(NULL, 0, LOG_PAUSE_MS + 1);
		log_event(PF_HANDLER_LOG, "4");
		_exit(log_dropped() == 3 ? 0 : 2);
	}
	(void)waitpid(child, &status, 0);
	is_int(status, 0, "a full disk costs lines, counted, and no more");
	text = file_contents(path_of("full"));
	ok(text[0] == '\n' && strstr(text, "PF0606 3 log lines lost") != NULL,
	    "the torn line is ended and the loss told");
}

static int
daemon_open(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = fd_socket(AF_UNIX, SOCK_DGRAM, true);

	(void)snprintf(address.sun_path, sizeof(address.sun_path), "%s",
	    path_of("dev-log"));
	(void)unlink(address.sun_path);
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)) == -1)
		exit(1);
	return fd;
}

/* The next datagram behind its stamp. */
static const char *
datagram(int fd, char stamp[32])
{
	static char text[2048];
	ssize_t got = recv(fd, text, sizeof(text) - 1, 0);
	char *ident;

	text[got > 0 ? got : 0] = '\0';
	ident = strstr(text, "preforkd[");
	if (ident == NULL)
		return "";
	(void)snprintf(stamp, 32, "%.*s", (int)(ident - text), text);
	return ident;
}

static int
stamp_good(const char *stamp, int priority)
{
	char month[4], rest[2];
	int pri, day, hour, minute, second;

	return strlen(stamp) == strlen("<30>Nov 22 22:00:00 ") &&
	    sscanf(stamp, "<%d>%3s %2d %2d:%2d:%2d%1[ ]", &pri, month, &day,
		&hour, &minute, &second, rest) == 7 &&
	    pri == priority;
}

static void
test_syslog(void)
{
	static char path[64];
	char stamp[32];
	int fd = daemon_open();

	(void)snprintf(path, sizeof(path), "%s", path_of("dev-log"));
	log_syslog_set_path(path);
	log_open_syslog();
	log_event(PF_HANDLER_LOG, "one");
	is_text(datagram(fd, stamp), expected("PF0311 one"), "a datagram");
	ok(stamp_good(stamp, 30), "daemon.info and the time: %s", stamp);
	log_event(PF_WORKER_DIED, "two");
	is_text(datagram(fd, stamp), expected("PF0404 two"), "another");
	ok(stamp_good(stamp, 27), "daemon.err: %s", stamp);
	log_emergency(PF_WORKER_ABORTED, "help");
	is_text(datagram(fd, stamp), expected("PF0413 help"),
	    "from a signal handler");
	is_text(stamp, "<27>", "without the time");
	log_set_facility(LOG_LOCAL0);
	log_event(PF_HANDLER_LOG, "one");
	is_text(datagram(fd, stamp), expected("PF0311 one"), "a facility");
	ok(strncmp(stamp, "<134>", 5) == 0, "local0.info: %s", stamp);
	log_emergency(PF_WORKER_ABORTED, "help");
	is_text(datagram(fd, stamp), expected("PF0413 help"), "and there");
	is_text(stamp, "<131>", "local0.err");
	log_set_facility(LOG_DAEMON);
	fd_close(&fd);
	fd = daemon_open();
	log_event(PF_HANDLER_LOG, "three");
	is_text(datagram(fd, stamp), expected("PF0311 three"),
	    "a restarted daemon misses nothing");
	fd_close(&fd);
	log_event(PF_HANDLER_LOG, "lost");
	log_event(PF_HANDLER_LOG, "lost");
	fd = daemon_open();
	log_event(PF_HANDLER_LOG, "four");
	is_text(datagram(fd, stamp), expected("PF0606 2 log lines lost"),
	    "what was lost without one is told");
	is_text(datagram(fd, stamp), expected("PF0311 four"), "then the line");
	fd_close(&fd);
}

static void
test_syslog_stopped(void)
{
	unsigned long before = log_dropped();
	int fd = daemon_open(), i;
	struct error e;

	for (i = 0; i < 10000 && log_dropped() < before + 3; i++)
		log_event(PF_HANDLER_LOG, "%d", i);
	is_int(log_dropped() - before, 3, "a stopped daemon blocks nobody");
	fd_close(&fd);
	is_int(log_reopen(&e), -1, "reopen fails without a daemon");
	ok(log_fd() == -1 || fcntl(log_fd(), F_GETFD) != -1,
	    "and keeps what was there");
	log_open_stderr();
}

static void
remove_directory(void)
{
	static const char *const names[] = { "log", "log.1", "fifo", "full",
		"dev-log" };
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		(void)unlink(path_of(names[i]));
	(void)rmdir(directory);
}

int
main(void)
{
	int lowest = dup(2), fd = lowest;

	fd_close(&fd);
	/* What blocks in spite of all ends here. */
	(void)alarm(60);
	if (mkdtemp(directory) == NULL)
		return 1;
	log_set_ident("preforkd");
	test_stamp();
	test_file();
	test_reopen();
	test_full_disk();
	test_syslog();
	test_syslog_stopped();
	remove_directory();
	is_int(dup(2), lowest, "no descriptor is left");
	return tap_done();
}
