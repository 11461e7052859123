/*
 * skeleton: a handler for prefork.  Each line that a client sends comes back
 * behind a greeting; "quit" ends the conversation.
 *
 * Everything here runs in a worker process, which serves one client at a
 * time; prefork_module(3) and prefork_conn(3) describe what can be used.
 * prefork is C: no exception may leave a function that it calls.
 */
#include <cctype>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <exception>
#include <string>
#include <vector>

#include <prefork/module.h>

namespace {

/* Filled by prefork from the table below; read only. */
struct skeleton_config {
	const char *greeting;
	std::int64_t max_line;
	int upper;
};

/* name=value behind the handler's name, or in its block in preforkd.conf: name,
 * type, place, preset, least, most, choices, help. */
const struct prefork_option skeleton_options[] = {
	{ "greeting", PREFORK_STRING, offsetof(skeleton_config, greeting),
	    "you said", 0, 0, nullptr, "What stands before each line." },
	{ "max_line", PREFORK_SIZE, offsetof(skeleton_config, max_line), "1k",
	    2, 65536, nullptr,
	    "The longest line that is served, its end included." },
	{ "upper", PREFORK_BOOL, offsetof(skeleton_config, upper), "off", 0, 0,
	    nullptr, "Answer in capital letters." },
	{ nullptr, PREFORK_INT, 0, nullptr, 0, 0, nullptr, nullptr },
};

const skeleton_config &
config_of(const prefork_conn *conn)
{
	return *static_cast<const skeleton_config *>(prefork_conn_config(conn));
}

enum class next { line, end, failure };

next
serve_line(prefork_conn *conn, std::string line)
{
	const skeleton_config &config = config_of(conn);

	if (line == "quit")
		return next::end;
	prefork_conn_note(conn, line.c_str()); /* preforkctl status shows it */
	if (config.upper)
		for (char &c : line)
			c = static_cast<char>(
			    std::toupper(static_cast<unsigned char>(c)));
	return prefork_printf(conn, "%s %s\r\n", config.greeting,
		   line.c_str()) == -1 ?
	    next::failure :
	    next::line;
}

next
read_and_serve(prefork_conn *conn, std::vector<char> &line)
{
	std::size_t length;

	switch (prefork_read_line(conn, line.data(), line.size(), &length)) {
	case PREFORK_LINE:
		return serve_line(conn, std::string(line.data(), length));
	case PREFORK_EOF:
	case PREFORK_PARTIAL:
		return next::end;
	case PREFORK_TOO_LONG:
		(void)prefork_printf(conn, "that line is too long\r\n");
		return next::end;
	default: /* PREFORK_TIMEOUT, PREFORK_ERROR */
		return next::failure;
	}
}

int
serve(prefork_conn *conn)
{
	std::vector<char> line(
	    static_cast<std::size_t>(config_of(conn).max_line));
	next result;
	bool last;

	do {
		/* Reloads and stops wait for who is being served, so who has
		 * been served makes way. */
		last = prefork_conn_draining(conn) != 0;
		result = read_and_serve(conn, line);
	} while (result == next::line && !last &&
	    prefork_wait(conn) == PREFORK_WAIT_DATA);
	return result == next::failure ? -1 : 0;
}

extern "C" {

/* What the table cannot say.  Runs before anything is served, in preforkd -t
 * and before each reload, too. */
int
skeleton_check(const void *arg, char *reason, std::size_t reason_bytes)
{
	const auto *config = static_cast<const skeleton_config *>(arg);

	if (std::strchr(config->greeting, '\n') == nullptr)
		return 0;
	(void)std::snprintf(reason, reason_bytes,
	    "greeting must not have more than one line");
	return -1;
}

/* One client, whose connection prefork closes afterwards. */
int
skeleton_handle(prefork_conn *conn)
{
	try {
		return serve(conn);
	} catch (const std::exception &e) {
		prefork_conn_log(conn, "%s", e.what());
		return -1;
	}
}

} // extern "C"

} // namespace

/* In the order of struct prefork_module. */
PREFORK_MODULE = {
	PREFORK_MODULE_HEAD,
	"skeleton",
	"0.1",
	"sends each line back behind a greeting",
	skeleton_options,
	sizeof(skeleton_config),
	PREFORK_CLIENT_FIRST,
	skeleton_check,
	nullptr, /* worker_init */
	skeleton_handle,
	nullptr, /* datagram */
	nullptr, /* worker_tick */
	nullptr, /* worker_exit */
};
