/*
 * What goes through the control socket, a stream unix socket:
 *
 *	request		"prefork/1 VERB [WORD]..." and a newline, once
 *	answer		"+TEXT" and a newline, any number of times; then
 *			".CODE TEXT" and a newline, and the end
 *
 * CODE is the exit code that preforkctl ends with, TEXT the outcome in words.
 * A daemon that takes another's place by an upgrade says CONTROL_REPLACING and
 * ends without the last line; the client comes again and asks "settled".
 * Runs in: master, preforkctl.
 */
#ifndef PREFORK_WIRE_CONTROL_H
#define PREFORK_WIRE_CONTROL_H

#include <stddef.h>

#define CONTROL_GREETING      "prefork/1"
#define CONTROL_REQUEST_BYTES 512  /* with the newline */
#define CONTROL_ANSWER_BYTES  1024 /* of one line, with the newline */
#define CONTROL_WORDS	      8
#define CONTROL_REPLACING     "replacing"

struct control_request {
	const char *verb;
	const char *words[CONTROL_WORDS]; /* behind it */
	size_t count;
};

/*
 * Cut a line (without newline, terminated) at its blanks, in place.  NULL, or
 * what is wrong with it.
 */
const char *control_parse(char *line, struct control_request *out);
/*
 * One line of an answer with its newline, cut at CONTROL_ANSWER_BYTES; control
 * bytes of `text` become '?'.  `code` -1: not the last line.  Its length.
 */
size_t control_line(char out[CONTROL_ANSWER_BYTES + 1], int code,
    const char *text);
/* The code of a last line (without newline) and where its text begins; -1: it
 * is none. */
int control_last(const char *line, const char **text);

#endif
