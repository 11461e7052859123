/*
 * Both halves of *:0 where the port of the first is taken for the second.
 * Ports are few in a network of its own, so that this happens.
 */
#include "config.h"

#include <sys/socket.h>

#include <sched.h>

#include "listener_rig.h"
#include "tap.h"

#define FIRST_PORT 40000
#define PORTS	   64
#define SOME	   8
#define ROUNDS	   32

static int
write_text(const char *path, const char *text)
{
	int fd = fd_open(path, O_WRONLY, 0), result;

	if (fd == -1)
		return -1;
	result = fd_write_all(fd, text, strlen(text));
	fd_close(&fd);
	return result;
}

#if defined(__linux__) && defined(CLONE_NEWNET)
static int
enter_small_network(void)
{
	char range[40];

	(void)snprintf(range, sizeof(range), "%d %d\n", FIRST_PORT,
	    FIRST_PORT + PORTS - 1);
	if (unshare(CLONE_NEWNET) == -1)
		return -1;
	return write_text("/proc/sys/net/ipv4/ip_local_port_range", range);
}
#else
static int
enter_small_network(void)
{
	return write_text("", "");
}
#endif

static bool
has_both_halves(void)
{
	struct listener list[2];
	int i, opened = rig_try_listen("*:0", 0, list);

	for (i = 0; i < opened; i++)
		listener_close(&list[i]);
	return opened == 2;
}

/* Take the IPv4 half of ports from `from` to before `to`. */
static void
take(struct listener *taken, int from, int to)
{
	char text[ENDPOINT_TEXT_BYTES];
	int i;

	for (i = from; i < to; i++) {
		(void)snprintf(text, sizeof(text), "0.0.0.0:%d",
		    FIRST_PORT + i);
		rig_listen(text, &taken[i]);
	}
}

static void
test_some_taken(void)
{
	struct listener list[2];
	int i, opened, good = 0;

	for (i = 0; i < ROUNDS; i++) {
		opened = rig_try_listen("*:0", 0, list);
		good += opened == 2;
		while (opened > 0)
			listener_close(&list[--opened]);
	}
	is_int(good, ROUNDS, "a taken half makes it try another port");
}

static void
test_all_taken(void)
{
	struct listener list[2];
	int before = rig_count_fds();

	is_int(rig_try_listen("*:0", RIG_WAIT_MS, list), -1,
	    "with no port free for both it gives up");
	is_int(rig_error.id, PF_BIND, "with the reason");
	ok(strstr(rig_error.text, "on 0.0.0.0:400") != NULL,
	    "and the half that it could not have");
	is_int(rig_count_fds(), before, "nothing is left open");
}

int
main(void)
{
	struct listener taken[PORTS];
	int i;

	(void)alarm(RIG_DEADLINE_S);
	if (enter_small_network() == -1 || !has_both_halves()) {
		printf("1..0 # SKIP no network of its own with IPv6\n");
		return 0;
	}
	take(taken, 0, SOME);
	test_some_taken();
	take(taken, SOME, PORTS);
	test_all_taken();
	for (i = 0; i < PORTS; i++)
		listener_close(&taken[i]);
	return tap_done();
}
