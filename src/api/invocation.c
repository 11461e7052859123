/*
 * Keeps argv, the path of the binary and the directory.
 * Runs in: starter.
 */
#include "config.h"

#include <sys/stat.h>

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "api/invocation.h"

static bool
is_program(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode) &&
	    access(path, X_OK) == 0;
}

/* "" before a colon is the current directory (POSIX.1-2008, 8.3). */
static char *
join(const char *here, const char *dir, size_t length, const char *name)
{
	char path[PATH_MAX];
	int bytes;

	if (length > 0 && dir[0] == '/')
		bytes = snprintf(path, sizeof(path), "%.*s/%s", (int)length,
		    dir, name);
	else if (here == NULL)
		return NULL;
	else
		bytes = snprintf(path, sizeof(path), "%s/%.*s%s%s", here,
		    (int)length, dir, length > 0 ? "/" : "", name);
	if (bytes < 0 || (size_t)bytes >= sizeof(path))
		return NULL;
	return strdup(path);
}

static char *
search_path(const char *here, const char *name)
{
	const char *dir = getenv("PATH");
	char *path;
	size_t length;

	for (; dir != NULL; dir += length + 1) {
		length = strcspn(dir, ":");
		path = join(here, dir, length, name);
		if (path != NULL && is_program(path))
			return path;
		free(path);
		if (dir[length] == '\0')
			break;
	}
	return NULL;
}

static char *
find_program(const char *here, const char *name)
{
	if (name[0] == '/')
		return strdup(name);
	if (strchr(name, '/') != NULL)
		return join(here, "", 0, name);
	return search_path(here, name);
}

static char **
copy_argv(int argc, char **argv)
{
	char **copy = calloc((size_t)argc + 1, sizeof(*copy));
	int i;

	for (i = 0; copy != NULL && i < argc; i++) {
		copy[i] = strdup(argv[i]);
		if (copy[i] != NULL)
			continue;
		while (--i >= 0)
			free(copy[i]);
		free(copy);
		return NULL;
	}
	return copy;
}

void
invocation_move(struct invocation *invocation, const char *directory)
{
	const char *name = invocation->argv[0];

	free(invocation->directory);
	free(invocation->program);
	invocation->program = NULL;
	invocation->directory = directory[0] != '\0' ? strdup(directory) : NULL;
	if (name != NULL)
		invocation->program = find_program(invocation->directory, name);
}

int
invocation_init(struct invocation *invocation, int argc, char **argv)
{
	char here[PATH_MAX];

	memset(invocation, 0, sizeof(*invocation));
	invocation->argv = copy_argv(argc, argv);
	if (invocation->argv == NULL)
		return -1;
	if (getcwd(here, sizeof(here)) != NULL)
		invocation->directory = strdup(here);
	if (argc > 0)
		invocation->program =
		    find_program(invocation->directory, argv[0]);
	return 0;
}

void
invocation_fini(struct invocation *invocation)
{
	char **next;

	for (next = invocation->argv; next != NULL && *next != NULL; next++)
		free(*next);
	free(invocation->argv);
	free(invocation->directory);
	free(invocation->program);
	memset(invocation, 0, sizeof(*invocation));
}
