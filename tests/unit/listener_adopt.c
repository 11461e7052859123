/*
 * Listening sockets that another image of the process had open: what they are
 * is asked of the system, and what is none is refused.
 */
#include "config.h"

#include <sys/un.h>

#include <netinet/in.h>

#include "listener_rig.h"
#include "tap.h"

static struct error e;

/* As an exec would leave it: another number for the same socket. */
static int
copy_of(const struct listener *listener)
{
	int fd = dup(listener->fd);

	rig_require(fd != -1 && fd_set_cloexec(fd, false) == 0 &&
		fd_set_nonblocking(fd, false) == 0,
	    "dup");
	return fd;
}

static void
is_same(const char *text)
{
	struct listener list[ENDPOINTS_PER_ADDRESS], got;
	int client, fd, count = rig_try_listen(text, 0, list);

	rig_require(count > 0, rig_error.text);
	fd = copy_of(&list[0]);
	is_int(listener_adopt(&got, fd, 17, &e), 0, "%s is adopted", text);
	is_text(got.text, list[0].text, "its address is known");
	ok(got.endpoint.length == list[0].endpoint.length &&
		memcmp(&got.endpoint.address, &list[0].endpoint.address,
		    got.endpoint.length) == 0,
	    "to the byte");
	ok(got.fd == fd && got.backlog == 17 && got.endpoint.backlog == 17 &&
		got.endpoint.type == SOCK_STREAM,
	    "its number, queue and type are as told");
	ok((fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0 &&
		(fcntl(fd, F_GETFL) & O_NONBLOCK) != 0,
	    "it neither blocks nor outlives an exec");
	ok(got.socket_ino == 0 && got.owner == 0, "its file is not ours yet");
	while (count > 0)
		fd_close(&list[--count].fd);
	is_int(rig_connect(&got, &client), 0, "it still listens");
	fd_close(&client);
	fd_close(&got.fd);
}

static void
test_unix(void)
{
	struct listener list[ENDPOINTS_PER_ADDRESS], got;
	const char *folder = rig_folder(), *path = rig_path(folder, "s");
	char text[120];
	int fd;

	(void)snprintf(text, sizeof(text), "unix:%s", path);
	rig_listen(text, list);
	fd = copy_of(&list[0]);
	is_int(listener_adopt(&got, fd, 1, &e), 0, "a unix one is adopted");
	is_text(got.text, text, "its name is known");
	listener_close(&got);
	is_int(access(path, F_OK), 0, "and stays where nobody said it is ours");
	fd = copy_of(&list[0]);
	rig_require(listener_adopt(&got, fd, 1, &e) == 0, "adopt");
	got.socket_dev = list[0].socket_dev;
	got.socket_ino = list[0].socket_ino;
	got.owner = getpid();
	fd_close(&list[0].fd);
	listener_close(&got);
	is_int(access(path, F_OK), -1, "and goes where somebody did");
	(void)rmdir(folder);
}

/* What is refused is still open, and nothing was filled in. */
static void
is_refused(int fd, const char *what)
{
	struct listener got = { .fd = 4711 };
	int flags = fcntl(fd, F_GETFD);

	e.text[0] = '\0';
	is_int(listener_adopt(&got, fd, 1, &e), -1, "refused: %s", what);
	ok(e.id == PF_STATE && strstr(e.text, "no listening socket") != NULL,
	    "told: %s", e.text);
	is_int(got.fd, 4711, "nothing is filled in");
	is_int(fcntl(fd, F_GETFD), flags, "nothing is done to it");
	fd_close(&fd);
}

static void
test_others(void)
{
	struct sockaddr_un anywhere = { .sun_family = AF_UNIX };
	struct listener list[ENDPOINTS_PER_ADDRESS];
	int ends[2], client;

	is_refused(fd_open("/dev/null", O_RDWR, 0), "a device");
	is_refused(fd_socket(AF_INET, SOCK_STREAM, false), "a fresh socket");
	rig_require(fd_pipe(ends, false) == 0, "pipe");
	is_refused(ends[0], "a pipe");
	fd_close(&ends[1]);
	rig_require(fd_socketpair(ends) == 0, "socketpair");
	is_refused(ends[0], "a channel");
	fd_close(&ends[1]);
	rig_listen("127.0.0.1:0", list);
	rig_require(rig_connect(&list[0], &client) == 0, "connect");
	is_refused(client, "a connection");
	listener_close(&list[0]);
	client = fd_socket(AF_UNIX, SOCK_SEQPACKET, false);
	if (client == -1)
		return;
	/* A name that the system makes, where it does. */
	(void)bind(client, (struct sockaddr *)&anywhere, sizeof(sa_family_t));
	is_refused(client, "packets that nobody listens to");
}

static void
test_closed(void)
{
	struct listener got;

	is_int(listener_adopt(&got, 1023, 1, &e), -1, "what is not open");
	ok(strstr(e.text, strerror(EBADF)) != NULL, "told: %s", e.text);
}

int
main(void)
{
	int fds = rig_count_fds();

	(void)alarm(RIG_DEADLINE_S);
	is_same("127.0.0.1:0");
	is_same("*:0");
	test_unix();
	test_others();
	test_closed();
	is_int(rig_count_fds(), fds, "no descriptor is left");
	return tap_done();
}
