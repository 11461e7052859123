/*
 * The verb top: a line for each service, once a second.
 * Runs in: preforkctl.
 */
#include "config.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "preforkctl/sample.h"
#include "preforkctl/screen.h"
#include "preforkctl/top.h"

#define INTERVAL_MS 1000
#define LINE_BYTES  512

enum order { BY_NAME, BY_RATE, BY_BUSY, BY_LATENCY, BY_QUEUE, ORDERS };

static const char *const order_names[ORDERS] = { "name", "rate", "busy",
	"latency", "queue" };

struct view {
	struct sample samples[2];
	unsigned now; /* which of them */
	enum order order;
	bool terminal;
};

/* For qsort(3), which passes nothing on. */
static enum order sorted_by;

static int
descending(double a, double b)
{
	return a < b ? 1 : a > b ? -1 : 0;
}

static int
compare(const void *left, const void *right)
{
	const struct service_sample *a = left, *b = right;
	int result = 0;

	if (sorted_by == BY_RATE)
		result = descending(a->accepted_s, b->accepted_s);
	else if (sorted_by == BY_BUSY)
		result = descending(a->share, b->share);
	else if (sorted_by == BY_LATENCY)
		result = descending((double)a->p99_us, (double)b->p99_us);
	else if (sorted_by == BY_QUEUE)
		result = descending((double)a->queue, (double)b->queue);
	return result != 0 ? result : strcmp(a->name, b->name);
}

static void
show(const struct view *view, const char *text, bool heading)
{
	if (view->terminal)
		screen_line(text, heading);
	else
		(void)printf("%s\n", text);
}

static void
put_duration(long long ms, char *text, size_t bytes)
{
	long long s = ms / 1000;

	if (s >= 86400)
		(void)snprintf(text, bytes, "%lldd %lldh", s / 86400,
		    s / 3600 % 24);
	else if (s >= 3600)
		(void)snprintf(text, bytes, "%lldh %lldm", s / 3600,
		    s / 60 % 60);
	else
		(void)snprintf(text, bytes, "%lldm %llds", s / 60, s % 60);
}

static void
show_daemon(const struct view *view, const struct sample *s)
{
	char line[LINE_BYTES], up[48];

	put_duration(s->uptime_ms, up, sizeof(up));
	(void)snprintf(line, sizeof(line),
	    "preforkd %s  pid %ld  %s  generation %u  up %s  reloads %llu, "
	    "failed %llu",
	    s->version, s->pid, s->state, s->generation, up, s->reloads,
	    s->failures);
	show(view, line, false);
}

static void
put_ms(uint64_t us, char *text, size_t bytes)
{
	double ms = (double)us / 1000;

	if (us == 0)
		(void)snprintf(text, bytes, "-");
	else
		(void)snprintf(text, bytes, "%.*f",
		    ms < 10	 ? 2 :
			ms < 100 ? 1 :
				   0,
		    ms);
}

static void
show_service(const struct view *view, const struct service_sample *s)
{
	char line[LINE_BYTES], queue[48] = "-", half[24], most[24];

	if (s->queue >= 0)
		(void)snprintf(queue, sizeof(queue), "%lld/%lld", s->queue,
		    s->backlog);
	put_ms(s->p50_us, half, sizeof(half));
	put_ms(s->p99_us, most, sizeof(most));
	(void)snprintf(line, sizeof(line),
	    "%-16.16s %5u %5u %4.0f%% %9.1f %7s %7s %6llu %10s %7.1f %5llu "
	    "%11llu %5u %5u %5u",
	    s->name, s->wanted, s->busy, s->share * 100, s->accepted_s, half,
	    most, s->active, queue, s->refused_s, s->crashed, s->accepted,
	    s->starting, s->draining, s->backoff);
	show(view, line, false);
}

static void
draw(struct view *view)
{
	struct sample *s = &view->samples[view->now];
	char line[LINE_BYTES];
	unsigned i;

	sorted_by = view->order;
	qsort(s->services, s->count, sizeof(s->services[0]), compare);
	if (view->terminal)
		screen_begin();
	show_daemon(view, s);
	(void)snprintf(line, sizeof(line),
	    "%-16s %5s %5s %5s %9s %7s %7s %6s %10s %7s %5s %11s %5s %5s %5s",
	    "SERVICE", "WANT", "BUSY", "SHARE", "CONN/S", "P50 MS", "P99 MS",
	    "ACTIVE", "QUEUE", "REFUS/S", "CRASH", "ACCEPTED", "START", "DRAIN",
	    "BACK");
	show(view, line, true);
	for (i = 0; i < s->count; i++)
		show_service(view, &s->services[i]);
	if (!view->terminal) {
		(void)fflush(stdout);
		return;
	}
	(void)snprintf(line, sizeof(line), "s sort (%s)  q quit",
	    order_names[view->order]);
	show(view, "", false);
	show(view, line, false);
	screen_finish();
}

/* Until the next sample is due; false: it is to end. */
static bool
wait_for_next(struct view *view)
{
	int64_t due_ms = view->samples[view->now].taken_ms + INTERVAL_MS;
	int key;

	if (!view->terminal) {
		(void)poll(NULL, 0, clock_timeout(due_ms, clock_ms()));
		return true;
	}
	while (clock_ms() < due_ms) {
		key = screen_key(clock_timeout(due_ms, clock_ms()));
		if (key == 'q' || key == SCREEN_END)
			return false;
		if (key == 's')
			view->order = (view->order + 1) % ORDERS;
		if (key == 's' || key == SCREEN_RESIZED)
			draw(view);
	}
	return true;
}

static int
next_sample(const char *path, struct view *view, struct error *e)
{
	unsigned next = 1 - view->now;

	if (sample_take(path, &view->samples[next], e) == -1)
		return -1;
	sample_compare(&view->samples[view->now], &view->samples[next]);
	view->now = next;
	return 0;
}

static int
run(const char *path, unsigned samples, struct view *view, struct error *e)
{
	unsigned taken = 1;

	draw(view);
	while ((samples == 0 || taken < samples) && wait_for_next(view)) {
		if (next_sample(path, view, e) == -1)
			return -1;
		draw(view);
		taken++;
	}
	return 0;
}

int
top(const char *path, unsigned samples, struct error *e)
{
	static struct view view;
	int result;

	view.terminal = screen_is_terminal();
	if (sample_take(path, &view.samples[0], e) == -1)
		return -1;
	if (view.terminal && screen_open() == -1)
		return error_set(e, PF_SYSCALL, "terminal: %s",
		    strerror(errno));
	result = run(path, samples, &view, e);
	screen_close();
	return result;
}
