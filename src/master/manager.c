/*
 * The service manager's side: datagrams to NOTIFY_SOCKET, each tried once and
 * never waited for.
 * Runs in: master; manager_forget in its children.
 */
#include "config.h"

#include <sys/socket.h>
#include <sys/un.h>

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"
#include "base/quantity.h"
#include "master/manager.h"

/* While something is under way the manager is asked, so often, for so much
 * more time: each step of ours has a limit of its own. */
#define EXTEND_EVERY_MS 5000
#define EXTEND_BY_MS	20000

static const char *const variables[] = { "NOTIFY_SOCKET", "WATCHDOG_USEC",
	"WATCHDOG_PID" };

/* The whole name counts in one that is not in the file system: no byte may
 * follow it. */
static socklen_t
make_address(const char *name, struct sockaddr_un *address)
{
	size_t length = strlen(name);

	if ((name[0] != '/' && name[0] != '@') || length < 2 ||
	    length >= sizeof(address->sun_path))
		return 0;
	memset(address, 0, sizeof(*address));
	address->sun_family = AF_UNIX;
	memcpy(address->sun_path, name, length);
	if (name[0] == '@')
		address->sun_path[0] = '\0';
	return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length);
}

/* How often to say that we live; 0: never. */
static int64_t
watchdog_interval(void)
{
	const char *usec = getenv("WATCHDOG_USEC");
	const char *whose = getenv("WATCHDOG_PID");
	int64_t limit_us, pid;

	if (usec == NULL ||
	    quantity_parse(QUANTITY_NUMBER, usec, &limit_us) == -1 ||
	    limit_us < 2000)
		return 0;
	if (whose != NULL &&
	    (quantity_parse(QUANTITY_NUMBER, whose, &pid) == -1 ||
		pid != getpid()))
		return 0;
	return limit_us / 2000;
}

void
manager_open(struct master *m)
{
	const char *name = getenv("NOTIFY_SOCKET");
	struct sockaddr_un address;

	m->manager.told = m->life;
	m->manager.ping_ms = m->manager.extend_ms = CLOCK_NEVER;
	if (name == NULL || m->rehearsal || !m->settings->own_process ||
	    make_address(name, &address) == 0)
		return;
	m->manager.present = true;
	m->manager.interval_ms = watchdog_interval();
}

static void __attribute__((format(printf, 2, 3)))
tell(const struct master *m, const char *format, ...)
{
	const char *name = getenv("NOTIFY_SOCKET");
	struct sockaddr_un address;
	socklen_t length = name != NULL ? make_address(name, &address) : 0;
	char text[ERROR_TEXT_BYTES + 256];
	va_list ap;
	int fd;

	if (!m->manager.present || length == 0)
		return;
	va_start(ap, format);
	(void)vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	fd = fd_socket(AF_UNIX, SOCK_DGRAM, true);
	if (fd == -1)
		return;
	(void)sendto(fd, text, strlen(text), MSG_NOSIGNAL,
	    (struct sockaddr *)&address, length);
	fd_close(&fd);
}

static void
begin_extending(struct master *m)
{
	m->manager.extend_ms = master_ms(m) + EXTEND_EVERY_MS;
}

static void
tell_reloading(struct master *m, const char *what)
{
	struct timespec now = { 0, 0 };

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	tell(m,
	    "RELOADING=1\nMONOTONIC_USEC=%lld\nEXTEND_TIMEOUT_USEC=%d000\n"
	    "STATUS=%s, generation %u serves",
	    (long long)now.tv_sec * 1000000 + now.tv_nsec / 1000, EXTEND_BY_MS,
	    what, m->current->generation->number);
	begin_extending(m);
}

static void
tell_stopping(struct master *m)
{
	tell(m,
	    "STOPPING=1\nEXTEND_TIMEOUT_USEC=%d000\n"
	    "STATUS=finishing connections",
	    EXTEND_BY_MS);
	begin_extending(m);
}

void
manager_before(struct master *m)
{
	if (m->life == m->manager.told)
		return;
	if (m->life == LIFE_CHECKING)
		tell_reloading(m, "reloading");
	else if (m->life == LIFE_REHEARSING)
		tell_reloading(m, "upgrading");
	else if (m->life >= LIFE_LEAVING && m->manager.told < LIFE_LEAVING)
		tell_stopping(m);
	else if (m->life < LIFE_LEAVING)
		return;
	m->manager.told = m->life;
}

static void
tell_ready(struct master *m)
{
	bool upgrade = m->manager.told == LIFE_REHEARSING;
	bool failed = upgrade || m->outcome.failed;

	tell(m, "READY=1\nMAINPID=%ld\nSTATUS=generation %u serves%s%s%s",
	    (long)m->pid, m->current->generation->number,
	    failed ? "; the last " : "",
	    !failed	? "" :
		upgrade ? "upgrade failed: " :
			  "reload failed: ",
	    !failed	? "" :
		upgrade ? m->trouble.text :
			  m->outcome.why);
	m->manager.extend_ms = CLOCK_NEVER;
	if (m->manager.interval_ms > 0 && m->manager.ping_ms == CLOCK_NEVER)
		m->manager.ping_ms = master_ms(m);
}

void
manager_after(struct master *m)
{
	if (m->life != LIFE_SERVING || m->manager.told == LIFE_SERVING)
		return;
	tell_ready(m);
	m->manager.told = LIFE_SERVING;
}

void
manager_failed(struct master *m, const struct error *e)
{
	tell(m, "STATUS=PF%04d %s\nEXIT_STATUS=%d", (int)e->id, e->text,
	    error_exit_code(e));
}

void
manager_tick(struct master *m, int64_t now_ms)
{
	if (now_ms >= m->manager.ping_ms) {
		tell(m, "WATCHDOG=1");
		m->manager.ping_ms = now_ms + m->manager.interval_ms;
	}
	if (now_ms >= m->manager.extend_ms) {
		tell(m, "EXTEND_TIMEOUT_USEC=%d000", EXTEND_BY_MS);
		m->manager.extend_ms = now_ms + EXTEND_EVERY_MS;
	}
}

int64_t
manager_deadline(const struct master *m)
{
	return m->manager.ping_ms < m->manager.extend_ms ? m->manager.ping_ms :
							   m->manager.extend_ms;
}

void
manager_forget(void)
{
	size_t i;

	for (i = 0; i < sizeof(variables) / sizeof(variables[0]); i++)
		(void)unsetenv(variables[i]);
}
