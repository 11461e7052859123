/*
 * Starts the daemon in the foreground or as a daemon, from copies in a folder
 * of its own, and finds out where it listens.
 * Runs in: nemesis, and the child that becomes the daemon.
 */
#include "config.h"

#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>

#include <netinet/in.h>

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "server.h"
#include "watch.h"

#define SOMEBODY  59998 /* whom nobody else is */
#define READY_FD  3
#define START_MS  30000
#define ARGUMENTS 32

/* None of them may make a difference to a client. */
static const char *const optional_settings[] = { "max_requests=30 jitter 50%",
	"drain_delay=100ms", "old_generations=2", "reload_window=100%",
	"timeout=idle 10s total 60s write 20s" };

#define OPTIONAL (sizeof(optional_settings) / sizeof(optional_settings[0]))

void
server_choose_settings(struct server *server, struct dice *dice)
{
	unsigned i;

	if (!server->takes_settings)
		return;
	/* So that who hangs is not waited for so long. */
	server->settings[server->setting_count++] = "start_timeout=3s";
	for (i = 0; i < OPTIONAL; i++)
		if (dice_once_in(dice, 2))
			server->settings[server->setting_count++] =
			    optional_settings[i];
}

const char *
server_path(const struct server *server, const char *name,
    char path[SERVER_PATH])
{
	(void)snprintf(path, SERVER_PATH, "%s/%s", server->folder, name);
	return path;
}

static bool
has_ipv6(void)
{
	struct sockaddr_in6 loopback = { .sin6_family = AF_INET6 };
	int fd = socket(AF_INET6, SOCK_STREAM, 0);
	bool has;

	loopback.sin6_addr.s6_addr[15] = 1;
	has = fd >= 0 &&
	    bind(fd, (const struct sockaddr *)&loopback, sizeof(loopback)) == 0;
	if (fd >= 0)
		(void)close(fd);
	return has;
}

struct arguments {
	char text[1024];
	size_t used;
	char *words[ARGUMENTS];
	unsigned count;
};

static void
add_word(struct arguments *arguments, const char *word)
{
	char *at = arguments->text + arguments->used;
	size_t room = sizeof(arguments->text) - arguments->used;

	if (strlen(word) >= room || arguments->count == ARGUMENTS - 1)
		_exit(70);
	(void)snprintf(at, room, "%s", word);
	arguments->used += strlen(word) + 1;
	arguments->words[arguments->count++] = at;
	arguments->words[arguments->count] = NULL;
}

static void
fill_arguments(const struct server *server, struct arguments *arguments)
{
	char path[SERVER_PATH], text[SERVER_PATH + 8];
	unsigned i;

	memset(arguments, 0, sizeof(*arguments));
	add_word(arguments, server_path(server, "bin/preforkd", path));
	add_word(arguments, server->detached ? "-v" : "-vF");
	add_word(arguments, "-p");
	add_word(arguments, server_path(server, "pid", path));
	add_word(arguments, "-d3");
	add_word(arguments, "-l127.0.0.1:0");
	if (has_ipv6())
		add_word(arguments, "-l[::1]:0");
	(void)snprintf(text, sizeof(text), "unix:%s",
	    server_path(server, "sock", path));
	add_word(arguments, "-l");
	add_word(arguments, text);
	(void)snprintf(text, sizeof(text), "-w%u", server->workers);
	add_word(arguments, text);
	for (i = 0; i < server->setting_count; i++) {
		add_word(arguments, "-o");
		add_word(arguments, server->settings[i]);
	}
	add_word(arguments, server_path(server, "module.so", path));
}

static void
become_other(void)
{
	if (setgroups(0, NULL) == -1 || setgid(SOMEBODY) == -1 ||
	    setuid(SOMEBODY) == -1)
		_exit(71);
}

static void
add_option(const char *name, const char *more)
{
	const char *former = getenv(name);
	char text[1024];

	(void)snprintf(text, sizeof(text), "%s:%s",
	    former != NULL ? former : "", more);
	(void)setenv(name, text, 1);
}

/* A sanitizer would make an exit of the signals that we send. */
static void
set_environment(const struct server *server)
{
	char path[SERVER_PATH], options[SERVER_PATH + 128];

	(void)setenv("LD_LIBRARY_PATH", server_path(server, "lib", path), 1);
	(void)setenv("NEMESIS_DIR", server->folder, 1);
	(void)setenv("PREFORK_TEST_INSTANCE", server->folder, 1);
	(void)snprintf(options, sizeof(options),
	    "log_path=%s:handle_segv=0:handle_abort=0:handle_sigbus=0:"
	    "handle_sigfpe=0:handle_sigill=0",
	    server_path(server, "sanitizer", path));
	add_option("ASAN_OPTIONS", options);
	add_option("UBSAN_OPTIONS", options);
}

static _Noreturn void
become_daemon(const struct server *server, int ready_fd, int log_fd)
{
	struct rlimit no_core = { 0, 0 };
	struct arguments arguments;

	(void)setrlimit(RLIMIT_CORE, &no_core);
	set_environment(server);
	fill_arguments(server, &arguments);
	if (chdir(server->folder) == -1 || dup2(log_fd, STDOUT_FILENO) == -1 ||
	    dup2(log_fd, STDERR_FILENO) == -1 || dup2(ready_fd, READY_FD) == -1)
		_exit(71);
	/* dup2 to itself clears nothing. */
	(void)fcntl(READY_FD, F_SETFD, 0);
	(void)close(STDIN_FILENO);
	(void)open("/dev/null", O_RDONLY);
	if (server->as_other)
		become_other();
	(void)execv(arguments.words[0], arguments.words);
	_exit(71);
}

static int
open_log(const struct server *server)
{
	char path[SERVER_PATH];

	return open(server_path(server, "log/log", path),
	    O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
}

static bool
wait_ready(int fd)
{
	struct pollfd item = { .fd = fd, .events = POLLIN };
	char byte = '\0';

	return poll(&item, 1, START_MS) == 1 && read(fd, &byte, 1) == 1 &&
	    byte == '\n';
}

static pid_t
read_pidfile(const struct server *server)
{
	char path[SERVER_PATH], text[32] = "";
	int fd = open(server_path(server, "pid", path), O_RDONLY | O_CLOEXEC);

	if (fd == -1)
		return 0;
	(void)!read(fd, text, sizeof(text) - 1);
	(void)close(fd);
	return (pid_t)strtol(text, NULL, 10);
}

static void
add_port(struct server *server, const char *name, unsigned port)
{
	struct address *address = &server->addresses[server->address_count];
	struct sockaddr_in v4 = { .sin_family = AF_INET };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6 };

	if (port == 0)
		return;
	server->address_count++;
	address->name = name;
	v4.sin_port = v6.sin6_port = htons((uint16_t)port);
	v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	v6.sin6_addr.s6_addr[15] = 1;
	if (strcmp(name, "v4") == 0) {
		memcpy(&address->socket, &v4, sizeof(v4));
		address->bytes = sizeof(v4);
	} else {
		memcpy(&address->socket, &v6, sizeof(v6));
		address->bytes = sizeof(v6);
	}
}

static void
find_addresses(struct server *server)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	struct address *address;
	char path[SERVER_PATH];

	server->address_count = 0;
	add_port(server, "v4", port_of(server->pid, "tcp"));
	add_port(server, "v6", port_of(server->pid, "tcp6"));
	address = &server->addresses[server->address_count++];
	address->name = "unix";
	(void)snprintf(name.sun_path, sizeof(name.sun_path), "%.100s",
	    server_path(server, "sock", path));
	memcpy(&address->socket, &name, sizeof(name));
	address->bytes = sizeof(name);
}

static bool
fork_daemon(struct server *server, int *ready_fd)
{
	int ends[2], log_fd = open_log(server);

	if (log_fd == -1 || pipe(ends) == -1)
		return false;
	(void)fcntl(ends[0], F_SETFD, FD_CLOEXEC);
	(void)fcntl(ends[1], F_SETFD, FD_CLOEXEC);
	server->pid = fork();
	if (server->pid == 0)
		become_daemon(server, ends[1], log_fd);
	(void)close(ends[1]);
	(void)close(log_fd);
	*ready_fd = ends[0];
	return server->pid > 0;
}

static void
note_limits(struct server *server)
{
	struct crowd *crowd = calloc(1, sizeof(*crowd));

	(void)limit_get(server->pid, RLIMIT_NOFILE, &server->master_files);
	(void)limit_get(server->pid, RLIMIT_NPROC, &server->master_processes);
	server->files = server->master_files;
	if (crowd == NULL)
		return;
	crowd_of_children(server->pid, crowd);
	if (crowd->count > 0)
		(void)limit_get(crowd->of[0].pid, RLIMIT_NOFILE,
		    &server->files);
	free(crowd);
}

bool
server_start(struct server *server)
{
	int ready_fd = -1, status;
	pid_t starter;

	(void)snprintf(server->mark, sizeof(server->mark),
	    "PREFORK_TEST_INSTANCE=%s", server->folder);
	if (!fork_daemon(server, &ready_fd))
		return false;
	starter = server->pid;
	if (!wait_ready(ready_fd))
		return false;
	(void)close(ready_fd);
	if (server->detached) {
		if (waitpid(starter, &status, 0) == -1 || status != 0)
			return false;
		server->pid = read_pidfile(server);
	}
	find_addresses(server);
	note_limits(server);
	return server->pid > 1;
}

bool
server_is_gone(struct server *server)
{
	struct process process;
	pid_t got;
	int status;

	while ((got = waitpid(-1, &status, WNOHANG)) > 0)
		if (got == server->pid) {
			server->gone = true;
			server->status = status;
		}
	if (!server->gone && server->detached)
		server->gone = !process_read(server->pid, &process) ||
		    process.state == 'Z';
	return server->gone;
}

bool
server_signal(struct server *server, int signo)
{
	return !server->gone && kill(server->pid, signo) == 0;
}

void
server_kill_all(struct server *server)
{
	static struct crowd crowd;
	unsigned i;

	do {
		crowd_of_marked(server->mark, &crowd);
		for (i = 0; i < crowd.count; i++)
			(void)kill(crowd.of[i].pid, SIGKILL);
		(void)server_is_gone(server);
	} while (crowd.count > 0);
}
