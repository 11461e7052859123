/*
 * Files in the folder of the daemon: read, written over, replaced by rename.
 * Runs in: nemesis.
 */
#include "config.h"

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "folder.h"

struct bytes
folder_read(const struct server *server, const char *name)
{
	struct bytes bytes = { NULL, 0 };
	char path[SERVER_PATH];
	struct stat status;
	ssize_t got;
	int fd = open(server_path(server, name, path), O_RDONLY | O_CLOEXEC);

	if (fd == -1 || fstat(fd, &status) == -1)
		return bytes;
	bytes.data = malloc((size_t)status.st_size + 1);
	while (bytes.data != NULL && bytes.count < (size_t)status.st_size &&
	    (got = read(fd, bytes.data + bytes.count,
		 (size_t)status.st_size - bytes.count)) > 0)
		bytes.count += (size_t)got;
	(void)close(fd);
	if (bytes.data != NULL)
		bytes.data[bytes.count] = '\0';
	return bytes;
}

void
folder_write(const struct server *server, const char *name, int flags,
    const struct bytes *bytes)
{
	char path[SERVER_PATH];
	size_t done = 0;
	ssize_t put;
	int fd = open(server_path(server, name, path),
	    O_WRONLY | O_TRUNC | O_CLOEXEC | flags, 0755);

	if (fd == -1)
		return;
	while (done < bytes->count &&
	    (put = write(fd, bytes->data + done, bytes->count - done)) > 0)
		done += (size_t)put;
	(void)close(fd);
}

static void
rename_over(const struct server *server, const char *from, const char *to)
{
	char old_path[SERVER_PATH], new_path[SERVER_PATH];

	(void)server_path(server, to, new_path);
	(void)rmdir(new_path);
	(void)rename(server_path(server, from, old_path), new_path);
}

void
folder_replace(const struct server *server, const char *name,
    const struct bytes *bytes)
{
	char path[SERVER_PATH];

	(void)unlink(server_path(server, "new", path));
	folder_write(server, "new", O_CREAT, bytes);
	rename_over(server, "new", name);
}

void
folder_replace_by_text(const struct server *server, const char *name,
    const char *text)
{
	struct bytes bytes = { strdup(text), strlen(text) };

	if (bytes.data != NULL)
		folder_replace(server, name, &bytes);
	free(bytes.data);
}

void
folder_replace_by_file(const struct server *server, const char *name,
    const char *from)
{
	struct bytes bytes = folder_read(server, from);

	folder_replace(server, name, &bytes);
	free(bytes.data);
}
