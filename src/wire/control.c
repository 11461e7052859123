/*
 * Lines of the control socket.
 * Runs in: master, preforkctl.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wire/control.h"

const char *
control_parse(char *line, struct control_request *out)
{
	char *word, *rest = line;
	size_t words = 0;

	memset(out, 0, sizeof(*out));
	for (; (word = strtok_r(rest, " ", &rest)) != NULL; words++) {
		if (words == 0 && strcmp(word, CONTROL_GREETING) != 0)
			return "this is no request of " CONTROL_GREETING;
		if (words == 1)
			out->verb = word;
		if (words <= 1)
			continue;
		if (out->count == CONTROL_WORDS)
			return "the request has too many words";
		out->words[out->count++] = word;
	}
	return out->verb != NULL ? NULL : "the request has no verb";
}

size_t
control_line(char out[CONTROL_ANSWER_BYTES + 1], int code, const char *text)
{
	size_t length, i;

	if (code == -1)
		(void)snprintf(out, CONTROL_ANSWER_BYTES, "+%s", text);
	else
		(void)snprintf(out, CONTROL_ANSWER_BYTES, ".%d %s", code, text);
	length = strlen(out);
	for (i = 0; i < length; i++)
		if ((unsigned char)out[i] < ' ' || out[i] == 0x7f)
			out[i] = '?';
	out[length++] = '\n';
	out[length] = '\0';
	return length;
}

int
control_last(const char *line, const char **text)
{
	char *end;
	long code;

	if (line[0] != '.' || line[1] < '0' || line[1] > '9')
		return -1;
	code = strtol(line + 1, &end, 10);
	if (*end != ' ' || code > 255)
		return -1;
	*text = end + 1;
	return (int)code;
}
