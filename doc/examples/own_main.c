/*
 * A daemon of its own name: all of preforkd(8), its options and its signals,
 * with one handler that is linked in.  Letters come back shifted along the
 * alphabet.
 *
 *	cc -o caesard own_main.c $(pkg-config --cflags --libs libprefork)
 *	./caesard -h
 *	./caesard -F -w 8 shift=13
 */
#include <stddef.h>

#include <prefork/server.h>

struct caesar_config {
	int64_t shift;
};

static const struct prefork_option options[] = {
	{
	    .name = "shift",
	    .type = PREFORK_INT,
	    .offset = offsetof(struct caesar_config, shift),
	    .preset = "3",
	    .min = 0,
	    .max = 25,
	    .help = "Places by which a letter moves.",
	},
	{ .name = NULL },
};

static char
shift_letter(char c, int64_t places)
{
	char first = c >= 'a' ? 'a' : 'A';

	if (c < first || c > first + 25)
		return c;
	return (char)(first + (c - first + places) % 26);
}

static int
caesar(struct prefork_conn *conn)
{
	const struct caesar_config *config = prefork_conn_config(conn);
	char buffer[4096];
	ssize_t got, i;

	while ((got = prefork_read(conn, buffer, sizeof(buffer))) > 0) {
		for (i = 0; i < got; i++)
			buffer[i] = shift_letter(buffer[i], config->shift);
		if (prefork_write(conn, buffer, (size_t)got) == -1)
			return -1;
	}
	return (int)got;
}

static const struct prefork_module module = {
	PREFORK_MODULE_HEAD,
	.name = "caesar",
	.version = "1.0",
	.summary = "shifts letters along the alphabet",
	.options = options,
	.config_size = sizeof(struct caesar_config),
	.handle = caesar,
};

int
main(int argc, char **argv)
{
	return prefork_main(argc, argv, &module);
}
