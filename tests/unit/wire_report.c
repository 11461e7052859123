/*
 * What helpers say: verdicts in the midst of whatever else is in the pipe.
 */
#include "config.h"

#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "rig.h"
#include "tap.h"
#include "wire/report.h"

static void
is_verdict(const char *said, bool ready, enum msg_id id, const char *text)
{
	struct error e;
	bool got = report_read(said, &e);

	ok(got == ready, "%.20s: %s", said, ready ? "ready" : "not ready");
	is_int(e.id, id, "its id");
	is_text(e.text, text, "its text");
}

static void
test_read(void)
{
	is_verdict("ready\n", true, PF_NONE, "");
	is_verdict("noise\nready\n\n", true, PF_NONE, "");
	is_verdict("ready", true, PF_NONE, "");
	is_verdict("ready\nnoise\n", true, PF_NONE, "");
	is_verdict("ready\nPF0301 a\n", true, PF_MODULE_OPEN, "a");
	is_verdict("not\nready or\n", false, PF_NONE, "");
	is_verdict("already\n", false, PF_NONE, "");
	is_verdict("readyish\n", false, PF_NONE, "");
	is_verdict("", false, PF_NONE, "");
	is_verdict("\n\n", false, PF_NONE, "");
	is_verdict("PF0301 cannot load x\n", false, PF_MODULE_OPEN,
	    "cannot load x");
	is_verdict("x\nPF0301 a b", false, PF_MODULE_OPEN, "a b");
	is_verdict("x\nprefork: PF0120 no state\n", false, PF_STATE,
	    "no state");
	is_verdict("a b: PF0120 no state\n", false, PF_NONE, "");
	is_verdict("a: b: PF0120 no state\n", false, PF_NONE, "");
	/* No error's number, none at all, cut short. */
	is_verdict("PF0100 ready\n", false, PF_NONE, "");
	is_verdict("PF9999 what\n", false, PF_NONE, "");
	is_verdict("PF+301 what\n", false, PF_NONE, "");
	is_verdict("PF301 what\n", false, PF_NONE, "");
	is_verdict("PF0301", false, PF_NONE, "");
	is_verdict("PF", false, PF_NONE, "");
	is_verdict("PF0301 \n", false, PF_MODULE_OPEN, "");
}

static void
test_round_trip(void)
{
	struct error sent, got;
	char text[ERROR_TEXT_BYTES * 2] = "";
	int ends[2];

	rig_require(fd_pipe(ends, false) == 0, "pipe");
	(void)error_set(&sent, PF_MODULE_CHECK, "a%0*d", 600, 7);
	is_int(report_error(ends[1], &sent), 0, "the longest is sent");
	(void)!read(ends[0], text, sizeof(text) - 1);
	ok(!report_read(text, &got), "and read");
	ok(got.id == sent.id && strcmp(got.text, sent.text) == 0, "unchanged");
	memset(text, 0, sizeof(text));
	is_int(report_ready(ends[1]), 0, "ready is sent");
	(void)!read(ends[0], text, sizeof(text) - 1);
	ok(report_read(text, &got), "and read");
	fd_close(&ends[0]);
	fd_close(&ends[1]);
}

int
main(void)
{
	test_read();
	test_round_trip();
	return tap_done();
}
