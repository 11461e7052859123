/*
 * As much of HTTP/1 (RFC 9110, RFC 9112) as a page for machines needs: one
 * request a connection, GET or HEAD, without content.  Anything else is
 * answered here, with what is wrong.
 * Runs in: worker.
 */
#ifndef PREFORK_MODULES_HTTP_H
#define PREFORK_MODULES_HTTP_H

#include <sys/types.h>

#include <stddef.h>
#include <stdint.h>

#include <prefork/conn.h>

#define HTTP_LINE_BYTES	 8192  /* of a line, its end included */
#define HTTP_HEAD_BYTES	 16384 /* of all header fields */
#define HTTP_HEAD_FIELDS 100

struct http_request {
	const char *path; /* without the query; valid until the next one */
	int is_head;
	int64_t timeout_ms; /* of the answer */
};

/*
 * Read a request, which must be whole in time, and call `answer` for it, which
 * ends with one of the two below.  What is found out for the answer has as much
 * time, and then the answer itself.  0 also where nothing was asked, or it was
 * answered here; -1 also where the client has gone in the midst.
 */
int http_serve(struct prefork_conn *conn, int64_t timeout_ms,
    int (*answer)(struct prefork_conn *conn,
	const struct http_request *request));
/* A line of text, with the status that it has.  0, or -1. */
int http_say(struct prefork_conn *conn, const struct http_request *request,
    int status, const char *text);
/* 200 with the rest of an open file, so many bytes.  0, or -1. */
int http_send(struct prefork_conn *conn, const struct http_request *request,
    const char *type, int fd, off_t bytes);

/* http_parse.c: 0, or the status of the answer and a reason. */
int http_parse_line(char *line, size_t length, struct http_request *request,
    int *minor, const char **reason);

/* Of the header fields of a request. */
struct http_fields {
	unsigned count, hosts, lengths;
	size_t bytes;
};

int http_parse_field(struct http_fields *fields, const char *line,
    size_t length, const char **reason);
/* When all have been read. */
int http_check_fields(const struct http_fields *fields, int minor,
    const char **reason);

#endif
