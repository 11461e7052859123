/*
 * What can be asked through the control socket, and who waits for the outcome
 * of what.  A wish is fulfilled later; who wished waits for the first reload or
 * upgrade that begins after it.
 * Runs in: master.
 */
#include "config.h"

#include <sysexits.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "master/events.h"
#include "master/master.h"
#include "master/sink.h"
#include "master/steer.h"

static void
end_outcome(struct master *m, int what, const char *why)
{
	char text[ERROR_TEXT_BYTES];

	if (why != NULL)
		control_end_all(m->control, what, EXIT_FAILED, why);
	if (why != NULL)
		return;
	(void)snprintf(text, sizeof(text), "generation %u serves",
	    m->current->generation->number);
	control_end_all(m->control, what, EXIT_DONE, text);
}

/* ------------------------------------------------------------------ verbs */

static void
ask_ping(struct master *m, struct control_client *client,
    const struct control_request *request)
{
	(void)request;
	control_end(client, EXIT_DONE,
	    "%s " PACKAGE_VERSION ", pid %ld, %s, generation %u",
	    m->settings->program, (long)m->pid, life_state_name(m->life),
	    m->generation);
}

static void
ask_figures(struct master *m, struct control_client *client,
    const struct control_request *request)
{
	(void)request;
	steer_figures(m, client);
	control_end(client, EXIT_DONE, "%s", "");
}

static void
ask_metrics(struct master *m, struct control_client *client,
    const struct control_request *request)
{
	(void)request;
	steer_metrics(m, client);
	control_end(client, EXIT_DONE, "%s", "");
}

/* "-j" or nothing; else the client knows. */
static bool
is_plain(const struct control_request *request, struct control_client *client,
    bool *json)
{
	*json = request->count == 1 && strcmp(request->words[0], "-j") == 0;
	if (request->count == 0 || *json)
		return true;
	control_end(client, EX_USAGE, "%s does not take these words",
	    request->verb);
	return false;
}

static void
ask_status(struct master *m, struct control_client *client,
    const struct control_request *request)
{
	bool json;

	if (!is_plain(request, client, &json))
		return;
	if (json)
		steer_status_json(m, client);
	else
		steer_status(m, client);
	control_end(client, EXIT_DONE, "%s", "");
}

static void
ask_listeners(struct master *m, struct control_client *client,
    const struct control_request *request)
{
	bool json;

	if (!is_plain(request, client, &json))
		return;
	if (json)
		steer_listeners_json(m, client);
	else
		steer_listeners(m, client);
	control_end(client, EXIT_DONE, "%s", "");
}

bool
steer_is_stopping(const struct master *m, struct control_client *client)
{
	if (m->life < LIFE_LEAVING)
		return false;
	control_end(client, EXIT_FAILED, "the daemon is %s",
	    life_state_name(m->life));
	return true;
}

static void
ask_reload(struct master *m, struct control_client *client,
    const struct control_request *request)
{
	(void)request;
	if (steer_is_stopping(m, client))
		return;
	control_wait(client, WAIT_RELOAD_NEXT);
	reload_wish(m);
}

static void
ask_upgrade(struct master *m, struct control_client *client,
    const struct control_request *request)
{
	(void)request;
	if (steer_is_stopping(m, client))
		return;
	control_wait(client, WAIT_UPGRADE_NEXT);
	upgrade_wish(m);
	if (!m->want_upgrade)
		control_end(client, EXIT_FAILED,
		    "how this program was called is not known");
}

/* The reload that ends an upgrade, for who comes again after it. */
static void
ask_settled(struct master *m, struct control_client *client,
    const struct control_request *request)
{
	(void)request;
	if (steer_is_stopping(m, client))
		return;
	if (m->life == LIFE_CHECKING || m->life == LIFE_RELOADING)
		control_wait(client, WAIT_RELOAD);
	else if (m->want_reload)
		control_wait(client, WAIT_RELOAD_NEXT);
	else if (m->outcome.failed)
		control_end(client, EXIT_FAILED, "%s", m->outcome.why);
	else
		control_end(client, EXIT_DONE, "generation %u serves",
		    m->current->generation->number);
}

static void
ask_reopen(struct master *m, struct control_client *client,
    const struct control_request *request)
{
	struct error e;

	(void)request;
	if (sink_reopen(m, &e) == -1)
		control_end(client, EXIT_FAILED, "%s", e.text);
	else
		control_end(client, EXIT_DONE, "the log is open again");
}

static void
ask_log(struct master *m, struct control_client *client,
    const struct control_request *request)
{
	enum msg_level level;

	if (msg_level_find(request->words[0], &level) == -1) {
		control_end(client, EX_USAGE,
		    "a level is error, warning, notice, info or debug, not "
		    "'%s'",
		    request->words[0]);
		return;
	}
	sink_set_level(m, level);
	control_end(client, EXIT_DONE, "the level of the log is %s",
	    msg_level_name(level));
}

static void
ask_stop(struct master *m, struct control_client *client,
    const struct control_request *request)
{
	char who[CONTROL_WHO_BYTES];

	if (request->count > 0 && strcmp(request->words[0], "-fast") != 0) {
		control_end(client, EX_USAGE, "stop knows -fast, not '%s'",
		    request->words[0]);
		return;
	}
	control_wait(client, WAIT_END);
	control_who(client, who, sizeof(who));
	if (request->count > 0)
		stop_ask_fast(m, who);
	else
		stop_ask(m, who, m->settings->stop_timeout_ms);
}

static const struct {
	const char *name;
	size_t least, most; /* words behind it */
	bool acts;	    /* it changes something, and is logged */
	void (*ask)(struct master *m, struct control_client *client,
	    const struct control_request *request);
} verbs[] = {
	{ "ping", 0, 0, false, ask_ping },
	{ "status", 0, 1, false, ask_status },
	{ "listeners", 0, 1, false, ask_listeners },
	{ "reload", 0, 0, true, ask_reload },
	{ "reopen", 0, 0, true, ask_reopen },
	{ "upgrade", 0, 0, true, ask_upgrade },
	{ "settled", 0, 0, false, ask_settled },
	{ "stop", 0, 1, true, ask_stop },
	{ "figures", 0, 0, false, ask_figures },
	{ "metrics", 0, 0, false, ask_metrics },
	{ "events", 0, 1, false, events_follow },
	{ "scale", 2, 2, true, steer_scale },
	{ "drain", 0, 2, true, steer_drain },
	{ "resume", 0, 1, true, steer_resume },
	{ "kill", 1, 1, true, steer_kill },
	{ "wait", 1, 2, false, steer_wait },
	{ "log", 1, 1, true, ask_log },
};

/* For the log. */
static void
join_words(const struct control_request *request, char *text, size_t bytes)
{
	size_t i, have;

	(void)snprintf(text, bytes, "%s", request->verb);
	for (i = 0; i < request->count; i++) {
		have = strlen(text);
		(void)snprintf(text + have, bytes - have, " %s",
		    request->words[i]);
	}
}

static void
answer(void *arg, struct control_client *client,
    const struct control_request *request)
{
	struct master *m = arg;
	char text[CONTROL_REQUEST_BYTES], who[CONTROL_WHO_BYTES];
	size_t i;

	for (i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
		if (strcmp(verbs[i].name, request->verb) != 0)
			continue;
		if (request->count < verbs[i].least ||
		    request->count > verbs[i].most) {
			control_end(client, EX_USAGE,
			    "%s does not take these words", request->verb);
			return;
		}
		join_words(request, text, sizeof(text));
		control_who(client, who, sizeof(who));
		if (verbs[i].acts)
			log_event(PF_CONTROLLED, "%s was asked for by %s", text,
			    who);
		verbs[i].ask(m, client, request);
		return;
	}
	control_end(client, EX_USAGE, "this daemon has no verb '%s'",
	    request->verb);
}

/* --------------------------------------------------------------- outcomes */

void
steer_reload_begins(struct master *m)
{
	control_rename(m->control, WAIT_RELOAD_NEXT, WAIT_RELOAD);
}

void
steer_upgrade_begins(struct master *m)
{
	control_rename(m->control, WAIT_UPGRADE_NEXT, WAIT_UPGRADE);
}

void
steer_reloaded(struct master *m, const char *why)
{
	m->outcome.failed = why != NULL;
	if (why != NULL) {
		m->outcome.failures++;
		(void)snprintf(m->outcome.why, sizeof(m->outcome.why), "%s",
		    why);
	} else {
		m->outcome.reloads++;
	}
	end_outcome(m, WAIT_RELOAD, why);
	/* What came too late for it will not be fulfilled either. */
	if (m->life >= LIFE_LEAVING)
		end_outcome(m, WAIT_RELOAD_NEXT, why);
}

void
steer_not_upgraded(struct master *m, const char *why)
{
	end_outcome(m, WAIT_UPGRADE, why);
}

void
steer_abandoned(struct master *m, const char *why)
{
	end_outcome(m, WAIT_RELOAD_NEXT, why);
	end_outcome(m, WAIT_UPGRADE_NEXT, why);
	end_outcome(m, WAIT_UPGRADE, why);
}

void
steer_replacing(struct master *m)
{
	control_say_all(m->control, WAIT_UPGRADE, CONTROL_REPLACING);
	control_say_all(m->control, WAIT_EVENTS, CONTROL_REPLACING);
}

/* --------------------------------------------------------- opening, ending */

static int64_t
now_of(void *arg)
{
	return master_ms(arg);
}

static void
tell_refused(void *arg, const char *who)
{
	(void)arg;
	log_event(PF_CONTROL_REFUSED, "the control socket is not for %s", who);
}

int
steer_adopt(struct master *m, const struct listener *listener, struct error *e)
{
	const struct control_hooks hooks = { .request = answer,
		.refused = tell_refused,
		.now_ms = now_of,
		.arg = m };

	m->control = control_new(m->loop, listener, &hooks);
	return m->control != NULL ?
	    0 :
	    error_set(e, PF_SYSCALL, "control socket: %s", strerror(errno));
}

int
steer_open(struct master *m, struct error *e)
{
	const struct control_settings *settings = &m->settings->control;
	struct listener listener;
	size_t opened;

	if (settings->path == NULL)
		return 0;
	if (listener_open_all(&settings->endpoint, 1, 0, &listener, &opened,
		e) == -1)
		return -1;
	return steer_adopt(m, &listener, e);
}

void
steer_close(struct master *m)
{
	/* First: a start that follows finds the way free. */
	control_shut(m->control);
	control_end_all(m->control, WAIT_END,
	    m->exit_code == 0 ? EXIT_DONE : EXIT_FAILED,
	    "the daemon has ended");
	control_end_all(m->control, WAIT_EVENTS, EXIT_DONE, "");
	control_free(m->control, m->settings->own_process);
	m->control = NULL;
}
