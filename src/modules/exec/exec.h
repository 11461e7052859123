/*
 * What the files of the exec module share.
 * Runs in: worker; program_become in its child.
 */
#ifndef PREFORK_MODULES_EXEC_H
#define PREFORK_MODULES_EXEC_H

#include <sys/types.h>

#include <stddef.h>
#include <stdint.h>

#include <prefork/module.h>

enum error_output { ERRORS_TO_LOG, ERRORS_TO_SOCKET };

struct exec_config {
	struct prefork_list program; /* path, arguments */
	struct prefork_list env;     /* name, value, name, value .. */
	struct prefork_list limit;   /* resource, number .. */
	int errors;		     /* enum error_output */
	int64_t time_limit_ms, grace_ms;
	const char *user, *chroot;
};

/* Whom the program runs as; looked up once, before anything is chrooted. */
struct exec_user {
	int wanted;
	uid_t uid;
	gid_t gid;
	char *name; /* for its supplementary groups */
};

/* ---- environment.c */

/* The program's whole environment; freed by the next call.  NULL with
 * errno. */
char **environment_make(struct prefork_conn *conn);

/* ---- limits.c */

/* Are the words of `limit` right?  0, or -1 with a sentence in reason. */
int limits_check(const struct prefork_list *limit, char *reason,
    size_t reason_bytes);
/* 0, or -1 with errno and *what. */
int limits_set(const struct prefork_list *limit, const char **what);

/* ---- user.c */

/* 0, or -1 with a sentence in reason.  An empty text wants nothing. */
int user_find(const char *text, struct exec_user *user, char *reason,
    size_t reason_bytes);
/* Become the user and lose all other rights.  0, or -1 with errno and
 * *what. */
int user_become(const struct exec_user *user, const char **what);

/* ---- program.c */

struct program {
	pid_t pid;
	int errors; /* its standard error, -1: the client has it */
};

/* Start it; it is the leader of its session.  0, or -1 with a sentence. */
int program_start(struct prefork_conn *conn, const struct exec_user *user,
    struct program *program, char *reason, size_t reason_bytes);

/* ---- children.c */

/* Once in each process: be woken when a child ends.  0, or -1 with errno. */
int children_open(void);
/* Readable when a child may have ended. */
int children_fd(void);
void children_drain(void);

#endif
