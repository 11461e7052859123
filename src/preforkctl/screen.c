/*
 * The terminal: termios(3) and the escape sequences of ECMA-48.
 * Runs in: preforkctl.
 */
#include "config.h"

#include <sys/ioctl.h>

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "preforkctl/screen.h"

static struct termios former;
static volatile sig_atomic_t is_open, is_over, was_resized;
static unsigned lines_left, width;

bool
screen_is_terminal(void)
{
	return isatty(STDOUT_FILENO) && isatty(STDIN_FILENO);
}

static void
resized(int signo)
{
	(void)signo;
	was_resized = 1;
}

static void
ended(int signo)
{
	(void)signo;
	is_over = 1;
}

/* Without SA_RESTART: poll(2) is to return. */
static void catch (int signo, void (*handler)(int))
{
	struct sigaction action;

	memset(&action, 0, sizeof(action));
	action.sa_handler = handler;
	(void)sigemptyset(&action.sa_mask);
	(void)sigaction(signo, &action, NULL);
}

int
screen_open(void)
{
	struct termios keys;

	if (tcgetattr(STDIN_FILENO, &former) == -1)
		return -1;
	keys = former;
	keys.c_lflag &= (tcflag_t) ~(ICANON | ECHO);
	keys.c_cc[VMIN] = 1;
	keys.c_cc[VTIME] = 0;
	if (tcsetattr(STDIN_FILENO, TCSANOW, &keys) == -1)
		return -1;
	is_open = 1;
	catch (SIGINT, ended);
	catch (SIGTERM, ended);
	catch (SIGHUP, ended);
#ifdef SIGWINCH
	catch (SIGWINCH, resized);
#endif
	/* A screen of its own, without a cursor. */
	(void)fputs("\033[?1049h\033[?25l", stdout);
	return 0;
}

void
screen_close(void)
{
	if (!is_open)
		return;
	(void)fputs("\033[?25h\033[?1049l", stdout);
	(void)fflush(stdout);
	(void)tcsetattr(STDIN_FILENO, TCSANOW, &former);
	is_open = 0;
}

static unsigned
from_environment(const char *name, unsigned preset)
{
	const char *text = getenv(name);
	long number = text != NULL ? strtol(text, NULL, 10) : 0;

	return number > 0 && number < 10000 ? (unsigned)number : preset;
}

void
screen_size(unsigned *rows, unsigned *columns)
{
#ifdef TIOCGWINSZ
	struct winsize size;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 0 &&
	    size.ws_col > 0) {
		*rows = size.ws_row;
		*columns = size.ws_col;
		return;
	}
#endif
	*rows = from_environment("LINES", 24);
	*columns = from_environment("COLUMNS", 80);
}

void
screen_begin(void)
{
	screen_size(&lines_left, &width);
	(void)fputs("\033[H", stdout);
}

/* The last line gets no newline, which would scroll. */
void
screen_line(const char *text, bool heading)
{
	if (lines_left == 0)
		return;
	lines_left--;
	(void)printf("%s%-*.*s%s\033[K%s", heading ? "\033[7m" : "",
	    heading ? (int)width : 0, (int)width, text,
	    heading ? "\033[0m" : "", lines_left > 0 ? "\r\n" : "");
}

void
screen_finish(void)
{
	if (lines_left > 0)
		(void)fputs("\033[J", stdout);
	(void)fflush(stdout);
}

int
screen_key(int ms)
{
	struct pollfd item = { .fd = STDIN_FILENO, .events = POLLIN };
	unsigned char key;
	int ready = poll(&item, 1, ms);

	if (is_over)
		return SCREEN_END;
	if (was_resized) {
		was_resized = 0;
		return SCREEN_RESIZED;
	}
	if (ready <= 0)
		return SCREEN_NONE;
	if (read(STDIN_FILENO, &key, 1) != 1)
		return SCREEN_END;
	return key > SCREEN_RESIZED ? key : SCREEN_NONE;
}
