/*
 * Lines as JSON, whole whatever they say; and what processes share of a log:
 * level, losses and the sink itself.
 */
#include "config.h"

#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <syslog.h>

#include "base/log_json.h"
#include "base_log_rig.h"

#define HEAD_ROOM 600

static char directory[] = "/tmp/base_log_json.XXXXXX";

static const char *
path_of(const char *name)
{
	return rig_path(directory, name);
}

/* What one text becomes, from the member text on. */
static const char *
text_member(const char *text, size_t bytes, size_t room)
{
	static char line[LOG_LINE_BYTES + 1];
	const char *member;
	size_t used = 0;

	log_json_append(line, room, &used, msg_find(PF_HANDLER_LOG), text,
	    bytes);
	line[used] = '\0';
	member = strstr(line, "\"text\":");
	return member != NULL ? member : line;
}

static void
test_escapes(void)
{
	is_text(text_member("plain", 5, LOG_LINE_BYTES), "\"text\":\"plain\"}",
	    "plain text");
	is_text(text_member("a\"b\\c", 5, LOG_LINE_BYTES),
	    "\"text\":\"a\\\"b\\\\c\"}", "what JSON quotes with");
	is_text(text_member("\r\n\033\0\177", 5, LOG_LINE_BYTES),
	    "\"text\":\"\\u000d\\u000a\\u001b\\u0000\\u007f\"}",
	    "control bytes, NUL too");
	is_text(text_member("\xc3\xa9\xff\xe2\x82", 5, LOG_LINE_BYTES),
	    "\"text\":\"\xc3\xa9\\u00ff\\u00e2\\u0082\"}",
	    "characters stay, what is none is escaped");
}

static void
test_cut(void)
{
	char text[LOG_LINE_BYTES + 1];
	const char *member;
	size_t room;
	int bad = 0;

	memset(text, '\n', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	for (room = HEAD_ROOM; room < HEAD_ROOM + 12; room++) {
		member = text_member(text, sizeof(text) - 1, room);
		bad += strcmp(member + strlen(member) - 8, "\\u000a\"}") != 0;
	}
	is_int(bad, 0, "a long text is cut between escapes, and closed");
}

static void
test_members(void)
{
	struct error e;
	const char *line;

	is_int(log_open_file(path_of("json"), &e), 0, "a file opens");
	log_set_format(LOG_FORMAT_JSON);
	log_event(PF_HANDLER_LOG, "one");
	line = file_contents(path_of("json"));
	ok(strncmp(line, "{\"time\":\"20", 11) == 0, "the time comes first");
	ok(strstr(line,
	       "Z\",\"level\":\"info\",\"id\":\"PF0311\","
	       "\"program\":\"pre\\\"forkd\",\"pid\":") != NULL,
	    "then level, id and program");
	ok(strstr(line,
	       ",\"service\":null,\"slot\":null,\"generation\":null,"
	       "\"text\":\"one\"}\n") != NULL,
	    "of no worker the rest is null");
	log_set_worker("echo", 3, 7);
	log_emergency(PF_WORKER_ABORTED, "two");
	line = file_contents(path_of("json"));
	ok(strstr(line,
	       ",\"service\":\"echo\",\"slot\":3,\"generation\":7,"
	       "\"text\":\"two\"}\n") != NULL,
	    "of a worker it is told, in an emergency too");
	log_set_format(LOG_FORMAT_TEXT);
	log_open_stderr();
}

static void
test_link(void)
{
	struct log_opened opened;
	struct error e;
	char target[64];

	(void)snprintf(target, sizeof(target), "%s", path_of("json"));
	is_int(symlink(target, path_of("link")), 0, "a link is made");
	errno = ENOTTY;
	is_int(log_prepare(&opened, LOG_SINK_FILE, path_of("link"), &e), -1,
	    "a link is not followed");
	is_int(e.id, PF_LOG_OPEN, "with the id");
	is_int(errno, ENOTTY, "errno is kept");
}

static void
test_level(void)
{
	static _Atomic uint32_t level;

	log_set_level(LEVEL_NOTICE);
	log_share_level(&level);
	is_int(log_level(), LEVEL_NOTICE, "zero leaves each its own level");
	atomic_store(&level, LEVEL_DEBUG + 1);
	is_int(log_level(), LEVEL_DEBUG, "else the shared one holds");
	atomic_store(&level, 99);
	is_int(log_level(), LEVEL_NOTICE, "but none that is none");
	atomic_store(&level, LEVEL_ERROR + 1);
	log_unshare();
	atomic_store(&level, LEVEL_DEBUG + 1);
	is_int(log_level(), LEVEL_ERROR, "it stays when the memory goes");
	log_set_level(LEVEL_INFO);
}

static void
test_losses(void)
{
	static _Atomic uint64_t lost, told;
	struct error e;
	pid_t child;
	int status = 0;

	log_count_lost();
	log_share_losses(&lost, &told);
	is_int(atomic_load(&lost), 1, "losses so far are counted in");
	log_take_losses(5, 3);
	is_int(log_dropped(), 6, "and those of the dead");
	child = fork();
	if (child == 0) {
		log_count_lost();
		_exit(log_dropped() == 1 && atomic_load(&lost) == 6 ? 0 : 1);
	}
	(void)waitpid(child, &status, 0);
	is_int(status, 0, "a child counts its own elsewhere");
	(void)log_open_file(path_of("text"), &e);
	log_event(PF_HANDLER_LOG, "x");
	ok(strstr(file_contents(path_of("text")),
	       "PF0606 3 log lines lost\n") != NULL,
	    "what the dead have told is not told again");
	is_int(atomic_load(&told), 6, "now all are told");
	log_unshare();
	is_int(log_dropped(), 6, "the count goes on alone");
	log_open_stderr();
}

static void
test_adopt(void)
{
	struct error e;
	uint32_t kind;

	(void)log_open_file(path_of("text"), &e);
	log_set_format(LOG_FORMAT_JSON);
	log_set_facility(LOG_LOCAL3);
	kind = log_kind();
	log_set_format(LOG_FORMAT_TEXT);
	log_set_facility(LOG_DAEMON);
	log_open_stderr();
	log_adopt(kind, -1);
	is_int(log_fd(), -1, "a file without descriptor is not taken");
	ok(log_kind() != kind, "nor what goes with it");
	log_adopt(kind, log_open_path(path_of("other")));
	is_int(log_kind(), kind, "sink, format and facility are");
	log_event(PF_HANDLER_LOG, "there");
	ok(strstr(file_contents(path_of("other")), "\"text\":\"there\"}\n") !=
		NULL,
	    "lines go there");
	log_set_format(LOG_FORMAT_TEXT);
	log_open_stderr();
}

static void
remove_directory(void)
{
	static const char *const names[] = { "json", "link", "text", "other" };
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		(void)unlink(path_of(names[i]));
	(void)rmdir(directory);
}

int
main(void)
{
	/* What blocks in spite of all ends here. */
	(void)alarm(60);
	if (mkdtemp(directory) == NULL)
		return 1;
	log_set_ident("pre\"forkd");
	test_escapes();
	test_cut();
	test_link();
	test_level();
	test_losses();
	test_adopt();
	/* Last: a worker stays one. */
	test_members();
	remove_directory();
	return tap_done();
}
